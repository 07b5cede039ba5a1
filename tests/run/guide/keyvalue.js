// A key-value store in memory: wasi:keyvalue's store and atomics, in their draft of 0.2.0.
const stores = new Map();

class Bucket {
  constructor(name) {
    if (!stores.has(name)) stores.set(name, new Map());
    this.items = stores.get(name);
  }
  get(key) { return this.items.get(key); }
  set(key, value) { this.items.set(key, value); }
  delete(key) { this.items.delete(key); }
  exists(key) { return this.items.has(key); }
  listKeys(cursor) { return { keys: [...this.items.keys()], cursor: undefined }; }
}

export const store = { Bucket, open: (name) => new Bucket(name) };

export const atomics = {
  increment(bucket, key, delta) {
    const old = bucket.get(key);
    const now = (old ? BigInt(new TextDecoder().decode(old)) : 0n) + delta;
    bucket.set(key, new TextEncoder().encode(String(now)));
    return now;
  },
};
