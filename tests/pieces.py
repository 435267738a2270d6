"""Pieces of work that other processes find."""

import os
import signal


def square_or_end(item: int) -> int:
    """Square a number; 13 ends its process, like a solve that runs out of memory."""
    if item == 13:
        os.kill(os.getpid(), signal.SIGKILL)
    return item * item
