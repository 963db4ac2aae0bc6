"""What is meant by what was said: exact and near match, and what must be certain. Knows no sound and no chain."""

from skill.language.names import Names
from skill.understanding.contradiction import rival
from skill.understanding.match import Understanding

__all__ = ["Names", "Understanding", "rival"]
