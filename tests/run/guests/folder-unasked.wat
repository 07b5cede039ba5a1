;; Uses the first preopened directory, descriptor 3, without asking for its name.
(module
  (import "wasi_snapshot_preview1" "path_create_directory" (func $make (param i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (data (i32.const 16) "made")
  (func (export "_start") (call $exit (call $make (i32.const 3) (i32.const 16) (i32.const 4)))))
