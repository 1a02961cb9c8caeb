package org.ashlar.examples.service.browser;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.openqa.selenium.By;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.support.ui.WebDriverWait;

/** A browser without a window, and the few things that a test does with it. It uses what is installed, and downloads nothing. */
final class Browser implements AutoCloseable {
    private static final List<String> BROWSERS = List.of("chromium", "chromium-browser", "google-chrome", "chrome");
    private static final List<String> DRIVERS = List.of("chromedriver");
    private static final String WHAT_TO_DO = "Install a Chromium and its driver (Debian: apt-get install chromium"
            + " chromium-driver), or name them by -Dashlar.chromium=FILE and -Dashlar.chromedriver=FILE";
    /** Says that it does not know this Chromium; what it would be needed for is not used here. */
    private static final Logger FINDER = Logger.getLogger("org.openqa.selenium.devtools.CdpVersionFinder");

    private static final Duration MAX_WAIT = Duration.ofMinutes(1);

    private final ChromeDriver driver;

    private Browser(final ChromeDriver driver) {
        this.driver = driver;
    }

    /**
     * Starts a browser.
     *
     * @param profile an empty folder
     * @throws AssertionError when there is none, with what to do about it
     */
    static Browser start(final Path profile) {
        FINDER.setLevel(Level.OFF);
        final ChromeOptions options = new ChromeOptions();
        options.setBinary(find("ashlar.chromium", BROWSERS).toFile());
        options.addArguments(
                "--headless=new",
                "--no-sandbox", // needed by root; what is shown is this project's own page
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--user-data-dir=" + profile);
        final ChromeDriverService service = new ChromeDriverService.Builder()
                .usingDriverExecutable(find("ashlar.chromedriver", DRIVERS).toFile())
                .usingAnyFreePort()
                .build();
        return new Browser(new ChromeDriver(service, options));
    }

    private static Path find(final String property, final List<String> names) {
        final String named = System.getProperty(property, "");
        final Stream<Path> candidates = named.isEmpty()
                ? Arrays.stream(System.getenv("PATH").split(File.pathSeparator, -1))
                        .flatMap(folder -> names.stream().map(name -> Path.of(folder, name)))
                : Stream.of(Path.of(named));
        final Optional<Path> found = candidates.filter(Files::isExecutable).findFirst();
        return found.orElseThrow(() -> new AssertionError("there is no "
                + (named.isEmpty() ? String.join(" or ", names) + " on the PATH" : named) + ". " + WHAT_TO_DO));
    }

    void open(final URI page) {
        driver.get(page.toString());
    }

    void size(final int width, final int height) {
        driver.executeCdpCommand(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", false));
    }

    void colours(final String scheme) {
        driver.executeCdpCommand(
                "Emulation.setEmulatedMedia",
                Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
    }

    WebElement element(final String css) {
        return driver.findElement(By.cssSelector(css));
    }

    String text(final String css) {
        return element(css).getText();
    }

    List<String> texts(final String css) {
        return driver.findElements(By.cssSelector(css)).stream()
                .map(WebElement::getText)
                .toList();
    }

    List<String> accessibleNames(final String css) {
        return driver.findElements(By.cssSelector(css)).stream()
                .map(WebElement::getAccessibleName)
                .toList();
    }

    String script(final String javaScript) {
        return String.valueOf(driver.executeScript(javaScript));
    }

    /** Waits for something; an element that goes away while it is looked at is looked for again. */
    void await(final String what, final BooleanSupplier condition) {
        new WebDriverWait(driver, MAX_WAIT)
                .ignoring(StaleElementReferenceException.class)
                .withMessage(() -> what + "; the page shows:\n" + text("body"))
                .until(any -> condition.getAsBoolean());
    }

    void awaitText(final String css, final String part) {
        await(css + " should show \"" + part + "\"", () -> text(css).contains(part));
    }

    void screenshot(final Path file) throws IOException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        Files.write(file, driver.getScreenshotAs(OutputType.BYTES));
    }

    @Override
    public void close() {
        driver.quit();
    }
}
