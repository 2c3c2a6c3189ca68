"""What each option of a distillation with a corpus is worth, and on which tasks that was found and checked."""
