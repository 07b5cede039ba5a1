;; So many calls in one function that tables of labels lead to groups of them, within blocks, an if and a loop. `calls A to B` stands for one statement for each
;; number, which run.py writes out.
(module
  (import "env" "pause" (func $pause (param i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "many") (param i32) (result i32)
    (;calls 0 to 69;)
    (block $b
    (;calls 70 to 149;)
    (br_if $b (i32.and (local.get 0) (i32.const 1)))
    (;calls 150 to 159;)
    )
    (if (i32.and (local.get 0) (i32.const 2)) (then
    (;calls 160 to 234;)
    ) (else
    (;calls 235 to 309;)
    ))
    (loop $l
    (;calls 310 to 379;)
    (br_if $l (i32.eq (i32.and (local.get 0) (i32.const 7)) (i32.const 5))))
    (local.get 0))
  (func (export "chosen") (param i32) (result i32)
    (if (i32.and (call $pause (local.get 0)) (i32.const 3)) (then
      (;calls 0 to 89;)
    ))
    (local.get 0))

  (func (export "chosen-or") (param i32) (result i32)
    (if (i32.and (call $pause (local.get 0)) (i32.const 3)) (then
      (;calls 0 to 89;)
    ) (else
      (;calls 100 to 189;)
    ))
    (local.get 0))

  (func (export "chosen-or-not") (param i32) (result i32)
    (if (i32.and (call $pause (local.get 0)) (i32.const 3)) (then
      (;calls 0 to 89;)
    ) (else (local.set 0 (i32.const 5))))
    (local.get 0))
)
