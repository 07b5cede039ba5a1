;; A call through the first index behind the table: traps, and does not reach what the layout keeps there.
(module
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (type $thunk (func))
  (memory (export "memory") 1)
  (table 3 funcref)
  (data (i32.const 16) "start\n")
  (data (i32.const 64) "\10\00\00\00\06\00\00\00")
  (func (export "_start")
    (drop (call $write (i32.const 1) (i32.const 64) (i32.const 1) (i32.const 128)))
    (call_indirect (type $thunk) (i32.const 3))))
