;; A start function that calls out, lists included, before anything else of the component runs.
;; not --layout shim: the shim is filled when it has run, by the reference, too.
(module
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "args_sizes_get" (func $sizes (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (table 1 1 funcref)
  (elem (i32.const 0) $say)
  (data (i32.const 16) "0 arguments\n")
  (data (i32.const 64) "\10\00\00\00\0c\00\00\00")
  (func $say (drop (call $write (i32.const 1) (i32.const 64) (i32.const 1) (i32.const 128))))
  (func $begin
    (drop (call $sizes (i32.const 256) (i32.const 260)))
    (i32.store8 (i32.const 16) (i32.add (i32.const 48) (i32.load (i32.const 256)))))
  (start $begin)
  (func (export "_start") (call_indirect (i32.const 0))))
