"""ctool_component(name, module, wit, world): makes NAME.wasm, a component of a core module, with a ctool that is on the machine or a label."""

def _component(ctx):
    out = ctx.actions.declare_file(ctx.label.name + ".wasm")
    arguments = ctx.actions.args()
    arguments.add_all(["component", "new", ctx.file.module, "-o", out])
    if ctx.files.wit:
        arguments.add("--wit", ctx.files.wit[0].dirname)
    if ctx.attr.world:
        arguments.add("--world", ctx.attr.world)
    arguments.add_all(ctx.attr.options)
    ctx.actions.run(
        outputs = [out],
        inputs = [ctx.file.module] + ctx.files.wit,
        executable = ctx.executable.ctool,
        arguments = [arguments],
        mnemonic = "Component",
        progress_message = "Making the component %{output}",
    )
    return [DefaultInfo(files = depset([out]))]

ctool_component = rule(
    implementation = _component,
    attrs = {
        "module": attr.label(allow_single_file = True, mandatory = True),
        "wit": attr.label_list(allow_files = [".wit"], doc = "The files of the world's package; the first one lies in its own directory, those of deps/ after it."),
        "world": attr.string(),
        "options": attr.string_list(),
        "ctool": attr.label(default = "//:ctool", executable = True, cfg = "exec"),
    },
)
