// zig build      makes zig-out/words.component.wasm; ctool is found on PATH
const std = @import("std");

pub fn build(b: *std.Build) void {
    const words = b.addExecutable(.{
        .name = "words",
        .root_module = b.createModule(.{
            .target = b.resolveTargetQuery(.{ .cpu_arch = .wasm32, .os_tag = .wasi }),
            .optimize = .ReleaseSmall,
            .link_libc = true,
        }),
    });
    words.root_module.addCSourceFile(.{ .file = b.path("words.c") });
    words.wasi_exec_model = .reactor;

    const component = b.addSystemCommand(&.{ "ctool", "component", "new" });
    component.addFileArg(words.getEmittedBin());
    component.addArg("--wit");
    component.addDirectoryArg(b.path("wit"));
    component.addArg("-o");
    const made = component.addOutputFileArg("words.component.wasm");
    component.addArg("--dep-file"); // so that zig knows each file of the WIT
    _ = component.addDepFileOutputArg("words.d");
    b.getInstallStep().dependOn(&b.addInstallFile(made, "words.component.wasm").step);
}
