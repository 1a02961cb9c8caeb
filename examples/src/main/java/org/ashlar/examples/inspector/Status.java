package org.ashlar.examples.inspector;

/** Exit statuses of the commands. */
final class Status {
    /** All was read, and nothing is wrong. */
    static final int SOUND = 0;

    /** Something is wrong, and the report says what. */
    static final int PROBLEMS = 1;

    /** The pool cannot be read, or an argument makes no sense; nothing was done. */
    static final int UNREADABLE = 2;

    private Status() {}
}
