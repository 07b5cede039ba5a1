// The library of wit/world.wit in stock Go, its functions exported by hand. What arrives was allocated by cabi_realloc; what is returned stays until the next call.
package main

import (
	"strings"
	"unicode"
	"unsafe"
)

// What the host has allocated: Go's collector must see it.
var live = map[unsafe.Pointer][]byte{}

//go:wasmexport cabi_realloc
func realloc(old unsafe.Pointer, oldSize, align, size uint32) unsafe.Pointer {
	block := make([]byte, size+align)
	at := unsafe.Pointer(uintptr(unsafe.Add(unsafe.Pointer(&block[0]), align-1)) &^ uintptr(align-1))
	copy(unsafe.Slice((*byte)(at), size), unsafe.Slice((*byte)(old), oldSize))
	delete(live, old)
	live[at] = block
	return at
}

func take(data unsafe.Pointer, size uint32) string {
	text := string(unsafe.Slice((*byte)(data), size))
	delete(live, data)
	return text
}

// Go's own pointers take eight bytes, those of the interface four.
var shouted struct{ data, size uint32 }
var shoutedText []byte

//go:wasmexport demo:words/words@1.0.0#shout
func shout(data unsafe.Pointer, size uint32) unsafe.Pointer {
	shoutedText = []byte(strings.ToUpper(take(data, size)))
	shouted.data, shouted.size = uint32(uintptr(unsafe.Pointer(unsafe.SliceData(shoutedText)))), uint32(len(shoutedText))
	return unsafe.Pointer(&shouted)
}

var count struct{ words, letters uint32 }

//go:wasmexport demo:words/words@1.0.0#measure
func measure(data unsafe.Pointer, size uint32) unsafe.Pointer {
	count.words, count.letters = 0, 0
	inside := false
	for _, r := range take(data, size) {
		letter := unicode.IsLetter(r)
		if letter {
			count.letters++
			if !inside {
				count.words++
			}
		}
		inside = letter
	}
	return unsafe.Pointer(&count)
}

func main() {}
