package org.ashlar.kv;

/** A call on a handle to a map that was dropped. The map of the same name that was made since, if any, is another one. */
public class MapDroppedException extends StoreException {
    private static final long serialVersionUID = 1L;

    /**
     * Made by the engine.
     *
     * @param message what is wrong, with the values that explain it, and what to do
     */
    public MapDroppedException(final String message) {
        super(message);
    }
}
