package org.ashlar.kv;

/** A map was to get the name of another one. */
public class MapExistsException extends StoreException {
    private static final long serialVersionUID = 1L;

    /**
     * Made by the engine.
     *
     * @param message what is wrong, with the values that explain it, and what to do
     */
    public MapExistsException(final String message) {
        super(message);
    }
}
