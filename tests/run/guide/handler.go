// The program of the guide: routes, headers, JSON, large bodies, a counter in a key-value store, logs, and a request to another server.
package export_wasi_http_incoming_handler

import (
	"encoding/json"
	"fmt"
	"hash/crc32"
	"io"
	"net/http"

	"wit_component/wasi_keyvalue_atomics"
	"wit_component/wasi_keyvalue_store"
)

var mux = http.NewServeMux()

func init() {
	mux.HandleFunc("GET /{$}", hello)
	mux.HandleFunc("GET /count/{name}", count)
	mux.HandleFunc("POST /sum", sum)
	mux.HandleFunc("GET /fetch", fetch)
}

func hello(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("x-asked-by", r.Header.Get("user-agent"))
	fmt.Fprintf(w, "Hello %s from Go!\n", r.URL.Query().Get("name"))
}

func count(w http.ResponseWriter, r *http.Request) {
	opened := wasi_keyvalue_store.Open("default")
	if opened.IsErr() { // hosts that have one store call it ""
		opened = wasi_keyvalue_store.Open("")
	}
	if opened.IsErr() {
		http.Error(w, "no store", http.StatusInternalServerError)
		return
	}
	bucket := opened.Ok()
	defer bucket.Drop()
	name := r.PathValue("name")
	now := wasi_keyvalue_atomics.Increment(bucket, name, 1)
	if now.IsErr() {
		http.Error(w, "no counter", http.StatusInternalServerError)
		return
	}
	logInfo("%s is %d", name, now.Ok())
	w.Header().Set("content-type", "application/json")
	json.NewEncoder(w).Encode(map[string]any{"name": name, "count": now.Ok()})
}

func sum(w http.ResponseWriter, r *http.Request) {
	hash := crc32.NewIEEE()
	size, err := io.Copy(hash, r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	json.NewEncoder(w).Encode(map[string]any{"bytes": size, "crc32": hash.Sum32()})
}

func fetch(w http.ResponseWriter, r *http.Request) {
	status, text, err := Get(r.URL.Query().Get("url"))
	if err != nil {
		logError("%v", err)
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	fmt.Fprintf(w, "%d %s", status, text)
}
