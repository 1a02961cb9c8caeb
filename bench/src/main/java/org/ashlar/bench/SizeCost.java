package org.ashlar.bench;

/** What {@link SizesPart} tells the cost of. */
enum SizeCost {
    INSERT("durable insert"),
    GET("get"),
    UPDATE("durable update");

    private final String title;

    SizeCost(final String title) {
        this.title = title;
    }

    String title() {
        return title;
    }
}
