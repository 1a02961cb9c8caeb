package org.ashlar.examples.service.browser;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.ashlar.examples.service.ServiceProcess;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page in a real browser, before a service that is really killed. Its pictures are in {@code target/screenshots}. */
final class PageTest {
    private static final Path SCREENSHOTS = Path.of("target", "screenshots");

    @TempDir
    private Path folder;

    private Path data;

    @AutoClose
    private ServiceProcess service;

    @AutoClose
    private Browser browser;

    @BeforeEach
    void start() throws IOException {
        browser = Browser.start(folder.resolve("profile"));
        data = folder.resolve("leaderboard.pool");
        service = ServiceProcess.start(data, 0);
        browser.size(1200, 1000);
        browser.open(service.uri());
        browser.awaitText("#connection", "live");
    }

    private void give(final String player, final int points) {
        browser.element("#player").clear();
        browser.element("#player").sendKeys(player);
        browser.element("#points").clear();
        browser.element("#points").sendKeys(Integer.toString(points));
        browser.element("#give button").click();
    }

    private void killAndAwaitLoss() {
        service.kill();
        browser.awaitText("#connection", "connection lost");
        browser.awaitText("#banner", "does not answer");
    }

    private void startAgain() throws IOException {
        service = ServiceProcess.start(data, service.uri().getPort());
    }

    private long shownEvents() {
        return Long.parseLong(browser.text("#events").replace(",", ""));
    }

    @Test
    void aClickChangesTheStateThatIsShown() {
        browser.awaitText("#empty", "Nobody has points yet");
        give("Ada", 7);
        browser.awaitText("tbody tr:first-child .points", "7");
        browser.element("tbody tr:first-child .give button:last-child").click();
        browser.awaitText("tbody tr:first-child .points", "17");
        give("Grace", 100);
        browser.await("Grace leads", () -> browser.texts("tbody .name").equals(List.of("Grace", "Ada")));
        assertEquals("3", browser.text("#events"));
        assertEquals("3", browser.text("#answered"));
    }

    @Test
    void whatTheStoreSaysOfItselfIsShown() {
        assertEquals("PROCESS_CRASH", browser.text("#durability"));
        assertEquals("kill -9 " + service.pid(), browser.text("#kill"));
        assertTrue(browser.text("#took").endsWith(" ms"));
        assertEquals("1", browser.text("#run"));
        assertEquals("none", browser.text("#before"));
        assertFalse(browser.text("#opened").isBlank());
        browser.element("#verify").click();
        browser.awaitText("#verified", "sound: 2 records checked");
    }

    @Test
    void theLossOfTheServiceIsShownAndAllIsThereAgain() throws IOException {
        give("Ada", 7);
        browser.awaitText("tbody tr:first-child .points", "7");
        killAndAwaitLoss();
        browser.screenshot(SCREENSHOTS.resolve("lost.png"));
        assertEquals("7", browser.text("tbody tr:first-child .points"));
        assertFalse(browser.element("#give button").isEnabled());

        startAgain();
        browser.awaitText("#connection", "live");
        assertTrue(browser.text("#banner").contains("All is there again: 1 event,"), () -> browser.text("#banner"));
        assertTrue(browser.text("#banner").contains("the one before was killed"), () -> browser.text("#banner"));
        assertEquals("7", browser.text("tbody tr:first-child .points"));
        assertEquals("2", browser.text("#run"));
        assertEquals("was killed", browser.text("#before"));
        give("Ada", 5);
        browser.awaitText("tbody tr:first-child .points", "12");
    }

    @Test
    void aKillAmidEventsLosesNothing() throws IOException {
        browser.element("#play").click();
        browser.await("players play", () -> shownEvents() >= 20);
        killAndAwaitLoss();
        final long seen = shownEvents();
        startAgain();
        browser.awaitText("#banner", "All is there again");
        browser.await("players play on", () -> shownEvents() >= seen + 20);
        browser.size(1200, 1300);
        browser.screenshot(SCREENSHOTS.resolve("back.png"));
        browser.colours("dark");
        browser.screenshot(SCREENSHOTS.resolve("dark.png"));
        browser.colours("light");
        browser.size(390, 1600);
        browser.screenshot(SCREENSHOTS.resolve("narrow.png"));
        assertEquals("false", browser.script("return document.documentElement.scrollWidth > window.innerWidth"));
    }

    /** Where all is there always, a page that could not tell would look the same. */
    @Test
    void otherDataIsToldFromWhatThePageHadSeen() throws IOException {
        give("Ada", 7);
        browser.awaitText("tbody tr:first-child .points", "7");
        killAndAwaitLoss();
        data = folder.resolve("other.pool");
        startAgain();
        browser.awaitText("#banner", "1 event that this page had seen");
        assertTrue(browser.text("#banner").contains("MISSING"), () -> browser.text("#banner"));
    }

    @Test
    void whatUsersTypeIsTextAndNothingElse() {
        final String name = "<img src=x onerror=alert(1)>";
        give(name, 7);
        browser.awaitText("tbody .name", name);
        assertEquals("0", browser.script("return document.querySelectorAll('tbody img').length"));
    }

    @Test
    void whatCanBeClickedOrTypedIntoHasANameForThoseWhoDoNotSee() {
        give("Ada", 7);
        browser.awaitText("tbody tr:first-child .points", "7");
        assertEquals(
                List.of(
                        "Let them play",
                        "Player",
                        "Points",
                        "Give points",
                        "Give Ada a point",
                        "Give Ada 10 points",
                        "Verify the store"),
                browser.accessibleNames("button, input"));
    }

    @Test
    void aRefusalIsShown() {
        browser.script("document.getElementById('give').noValidate = true");
        give("Ada", 5000);
        browser.awaitText("#refusal", "Refused: points must be 1 to 1000, but are 5000.");
        assertEquals("0", browser.text("#events"));
    }
}
