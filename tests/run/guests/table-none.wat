;; Without a table, with segments: passive and declared ones keep their numbers.
(module
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (elem declare func $say)
  (data (i32.const 16) "said\n")
  (data (i32.const 64) "\10\00\00\00\05\00\00\00")
  (func $say (drop (call $write (i32.const 1) (i32.const 64) (i32.const 1) (i32.const 128))))
  (func (export "_start") (drop (ref.func $say)) (call $say)))
