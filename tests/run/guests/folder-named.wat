;; Asks for the name of the first preopened directory alone, and prints it.
(module
  (import "wasi_snapshot_preview1" "fd_prestat_dir_name" (func $name (param i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (data (i32.const 64) "\10\00\00\00\04\00\00\00")
  (func (export "_start")
    (if (call $name (i32.const 3) (i32.const 16) (i32.const 4)) (then (call $exit (i32.const 1))))
    (drop (call $write (i32.const 1) (i32.const 64) (i32.const 1) (i32.const 128)))))
