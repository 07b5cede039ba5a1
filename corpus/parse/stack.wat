(module
  (type $f (func (param i32) (result i32))) (type $k (cont $f))
  (tag $yield (param i32) (result i32))
  (func $g (type $f) (suspend $yield (local.get 0)))
  (elem declare func $g)
  (func (export "run") (result i32)
    (block $on (result i32 (ref $k))
      (return (resume $k (on $yield $on) (i32.const 1) (cont.new $k (ref.func $g)))))
    (drop)))
