"""The holes in the zygote's memory, filled for good.

What was loaded and dropped leaves room behind, all over the memory. A child that puts its first objects there makes a
page its own with each of them; without holes it puts them side by side.
"""

from __future__ import annotations

import ctypes
import gc

POOL_BYTES = 16_384
LARGEST_SMALL, STEP = 512, 16
HALF_POOLS = 64
"""Python's own allocator has pools of blocks of one size, in steps up to 512 bytes; more than so many halves of pools
full of holes, of one size, are not worth it."""

LARGEST_LARGE, SMALLEST_LARGE = 100_000, 24
"""Sizes that malloc takes from the heap: larger ones have pages of their own."""

TOP = 200_000
"""The end of the heap, which is no hole."""

_BYTES_HEAD = 33

_kept: list[list[object]] = []


def fill_holes() -> None:
    """Fill them; does less with another C library than glibc."""
    gc.collect()
    for size in range(STEP, LARGEST_SMALL + STEP, STEP):
        for _ in range(HALF_POOLS):
            blocks = [_block(size) for _ in range(POOL_BYTES // size // 2)]
            _kept.append(blocks)
            places = list(map(id, blocks))
            # Unused room is taken in its order, holes in the order in which they came to be.
            if places == sorted(places):
                break
    _fill_heap()


def _block(size: int) -> object:
    match size:
        case 16:
            return object()
        case 32:
            return complex(size)
    return bytes(size - _BYTES_HEAD)


def _fill_heap() -> None:
    libc = ctypes.CDLL(None)
    try:
        malloc, free, trim, end_of_heap = libc.malloc, libc.free, libc.malloc_trim, libc.sbrk
    except AttributeError:
        return
    malloc.restype = end_of_heap.restype = ctypes.c_void_p
    malloc.argtypes, free.argtypes, trim.argtypes = [ctypes.c_size_t], [ctypes.c_void_p], [ctypes.c_size_t]
    trim(0)
    top = end_of_heap(0) - TOP
    size = LARGEST_LARGE
    while size >= SMALLEST_LARGE:
        while (block := malloc(size)) and block < top:
            pass
        free(block)
        size -= max(STEP, size // 16 // STEP * STEP)
