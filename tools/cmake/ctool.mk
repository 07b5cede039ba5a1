# For Makefiles: `include` this, and NAME.component.wasm is made of NAME.wasm, anew when the module or the WIT changes.
#   CTOOL, CTOOL_WIT (a directory or file), CTOOL_WORLD and CTOOL_FLAGS say how.
# Make splits at blanks: write include a\ path/ctool.mk (pkg-config does), and CTOOL = "a path/ctool".
CTOOL ?= ctool

%.component.wasm: %.wasm
	$(CTOOL) component new $< $(if $(CTOOL_WIT),--wit $(CTOOL_WIT)) $(if $(CTOOL_WORLD),--world $(CTOOL_WORLD)) $(CTOOL_FLAGS) -o $@ --dep-file $@.d

-include $(wildcard *.component.wasm.d)
