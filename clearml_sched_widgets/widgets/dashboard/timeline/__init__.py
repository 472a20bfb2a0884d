"""The timeline of an instance's past and future runs.

bars       Groups runs into bars, so that their number is bounded.
part       Follows the shown view and decides what is sent to the page and when.
picture    The full message: lanes, bars and marks of a window of time.
upcoming   The future runs of a schedule as marks.
"""
