"""Modules and components as bytes: what tests write by hand, so that nothing of ctool makes what ctool is asked about, and what they look into."""

MODULE, COMPONENT = b'\0asm\1\0\0\0', b'\0asm\x0d\0\1\0'


def leb(n):
    out = b''
    while n > 127: out, n = out + bytes([n & 127 | 128]), n >> 7
    return out + bytes([n])


def unleb(data, at):
    """The number, and where it ends."""
    value = shift = 0
    while True:
        byte, at = data[at], at + 1
        value, shift = value | (byte & 127) << shift, shift + 7
        if byte < 128 or shift > 63: return value, at


def section(number, content): return bytes([number]) + leb(len(content)) + content


def custom(name, content): return section(0, leb(len(name)) + name + content)


def frames(data):
    """(id, content, the section as it stands) of each section of a module or component; an IndexError where it is cut within a length."""
    at = 8
    while at < len(data):
        size, start = unleb(data, at + 1)
        yield data[at], data[start:start + size], data[at:start + size]
        at = start + size
