package org.ashlar.examples.service;

/**
 * Points for a player, as they come in.
 *
 * @param player the player's name
 * @param points how many
 */
record Event(String player, int points) {
    static final int MAX_PLAYER_CODE_POINTS = 40;
    static final int MAX_POINTS = 1_000;

    /**
     * The event that is stored, with the name's outer blanks taken off.
     *
     * @throws HttpProblem 400, with a message for whoever sent it
     */
    Event checked() {
        final String name = player.strip();
        final int length = name.codePointCount(0, name.length());
        if (length == 0 || length > MAX_PLAYER_CODE_POINTS) {
            throw HttpProblem.badRequest(
                    "the player's name must have 1 to " + MAX_PLAYER_CODE_POINTS + " characters, but has " + length);
        }
        if (name.codePoints().anyMatch(Event::isInvisible)) {
            throw HttpProblem.badRequest("the player's name must not have control characters or unpaired surrogates");
        }
        if (points < 1 || points > MAX_POINTS) {
            throw HttpProblem.badRequest("points must be 1 to " + MAX_POINTS + ", but are " + points);
        }
        return new Event(name, points);
    }

    /** Format characters are among them, as one of those can turn the direction of the text that follows. */
    private static boolean isInvisible(final int codePoint) {
        final int type = Character.getType(codePoint);
        return type == Character.CONTROL
                || type == Character.FORMAT
                || type == Character.SURROGATE
                || type == Character.LINE_SEPARATOR
                || type == Character.PARAGRAPH_SEPARATOR;
    }
}
