;; Writing behind the table traps.
(module
  (import "wasi_snapshot_preview1" "fd_write" (func (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (table 3 funcref)
  (func (export "_start") (table.set (i32.const 3) (ref.null func))))
