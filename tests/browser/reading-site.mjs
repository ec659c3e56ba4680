// Opens a reading site in a browser as people do, and prints what it found as JSON.
//
//   node reading-site.mjs TOOLS SITE BOOK-OUTPUT
//
// TOOLS is a folder with playwright-core and axe-core, SITE the site's folder, OUTPUT the folder above that a server
// would publish. The tests decide what is right; here is only looked.
import { createRequire } from "node:module";
import { createServer } from "node:http";
import { createReadStream, existsSync, statSync } from "node:fs";
import { extname, join, normalize, relative } from "node:path";
import { pathToFileURL } from "node:url";

const [tools, site, output] = process.argv.slice(2);
const require = createRequire(join(tools, "package.json"));
const { chromium } = require("playwright-core");
const axe = require.resolve("axe-core/axe.min.js");

const types = { ".html": "text/html; charset=utf-8", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".pdf": "application/pdf", ".json": "application/json", ".xml": "application/xml" };
const server = createServer((request, response) => {
  const path = normalize(join(output, decodeURIComponent(new URL(request.url, "http://x").pathname)));
  if (!path.startsWith(normalize(output)) || !existsSync(path) || !statSync(path).isFile()) {
    response.writeHead(404).end();
    return;
  }
  response.writeHead(200, { "content-type": types[extname(path)] ?? "application/octet-stream" });
  createReadStream(path).pipe(response);
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const served = `http://127.0.0.1:${server.address().port}/${relative(output, site)}`;
const opened = pathToFileURL(site).href;
const roots = [pathToFileURL(output).href, `http://127.0.0.1:${server.address().port}/`];

const browser = await chromium.launch({
  executablePath: process.env.BRIEF_TEST_CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});
const report = { console: [], requests: [], violations: [], overflow: [], pages: 0 };

const fresh = async (options) => {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) report.console.push(message.text());
  });
  page.on("pageerror", (error) => report.console.push(String(error)));
  page.on("request", (request) => {
    const inside = roots.some((root) => request.url().startsWith(root)) || request.url().startsWith("data:");
    if (!inside) report.requests.push(request.url());
  });
  return page;
};

const paths = ["index.html", "v3/index.html", "v3/book.html", "v3/missions/kfor.html", "v2/changes.html", "records/index.html", "records/missions/kfor.html", "records/sources/report.html", "compare.html", "search.html?q=force"];
for (const width of [320, 1280]) {
  for (const colorScheme of ["light", "dark"]) {
    for (const root of [opened, served]) {
      const page = await fresh({ viewport: { width, height: 800 }, colorScheme });
      for (const path of paths) {
        await page.goto(`${root}/${path}`);
        await page.waitForLoadState("load");
        report.pages += 1;
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        if (wide > 0) report.overflow.push(`${path} at ${width}: ${wide}`);
        if (root === served) {
          await page.addScriptTag({ path: axe });
          const found = await page.evaluate(() => axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }));
          for (const { id, nodes } of found.violations) report.violations.push(`${path} at ${width}, ${colorScheme}: ${id}: ${nodes[0].html}`);
        }
      }
      await page.context().close();
    }
  }
}

// Search: by a word's beginning, by several words, by a word that is nowhere; on a disk and from a server.
report.search = {};
// The line above the results names the question that they answer.
const answered = (page, question) =>
  page.waitForFunction((asked) => {
    const said = document.getElementById("count").textContent;
    return asked === "" ? said === "" : said.includes(`“${asked}”`);
  }, question);
for (const [name, root] of Object.entries({ opened, served })) {
  const page = await fresh({});
  await page.goto(`${root}/index.html`);
  await page.getByRole("navigation", { name: "The reading site" }).getByRole("link", { name: "Search" }).click();
  const found = {};
  for (const question of ["kosovo", "ceasef", "ceasefire", "troops force", "SÖHNE", "sohne", "45000", "45,000", "45 000", "kosvo", "posovo", "ceasefrie", "nowhere-at-all", ""]) {
    await page.getByRole("searchbox").fill(question);
    await answered(page, question);
    found[question] = await page.locator("#results a").evaluateAll((links) => links.map((link) => link.getAttribute("href")));
  }
  // From any page, by its key; the address is that of the question, and says the same again.
  await page.goto(`${root}/v3/book.html`);
  await page.keyboard.press("/");
  await page.keyboard.type("45000");
  await page.keyboard.press("Enter");
  await page.locator("#results mark").first().waitFor();
  found.marked = await page.locator("#results mark").allTextContents();
  await page.getByRole("searchbox").fill("ceasef");
  await answered(page, "ceasef");
  const shared = page.url();
  await page.goto(shared);
  await page.locator("#results mark").first().waitFor();
  found.shared = [shared.slice(-8), await page.getByRole("searchbox").inputValue(), await page.locator("#results mark").first().textContent()];
  await page.getByRole("searchbox").fill("kosovo");
  await page.locator("#results a").first().click();
  found.landed = await page.title();
  report.search[name] = found;
  await page.context().close();
}

// Comparison of any two versions, by address and by choice.
report.compared = {};
report.documents = {};
for (const pair of ["v1..v3", "v3..v1", "v1..v2", "v2..v2"]) {
  const page = await fresh({});
  await page.goto(`${opened}/compare.html#${pair}`);
  await page.locator("#comparison h2").waitFor();
  report.compared[pair] = await page.locator("#comparison section").evaluateAll((sections) =>
    sections.map((section) => [section.dataset.record, section.querySelector("h3").textContent, [...section.querySelectorAll("tr")].map((row) => row.textContent)]),
  );
  report.documents[pair] = await page.locator("#comparison [data-document]").evaluateAll((items) => items.map((item) => [item.dataset.document, item.textContent]));
  if (pair === "v1..v3") {
    await page.locator("#from").selectOption("2");
    await page.locator("#comparison h2", { hasText: "v2 → v3" }).waitFor();
    report.chosen = new URL(page.url()).hash;
  }
  await page.context().close();
}

// A note opens where it stands, without script and by keyboard; every page can be reached.
{
  const page = await fresh({ javaScriptEnabled: false });
  await page.goto(`${opened}/v3/missions/kfor.html`);
  const mark = page.getByRole("button", { name: "Note 1" }).first();
  await mark.focus();
  await page.keyboard.press("Enter");
  report.note = await page.locator("#mark-1").innerText();
  report.noteVisible = await page.locator("#mark-1").isVisible();
  await page.keyboard.press("Escape");
  report.noteHidden = await page.locator("#mark-1").isHidden();
  await page.goto(`${opened}/index.html`);
  await page.getByRole("link", { name: "Version 2", exact: true }).first().click();
  report.withoutScript = await page.locator("h1").innerText();
  await page.context().close();
}

// A note covers no line of the block that its mark is in, whether it opens below or above it; marks and links are large enough.
report.covered = [];
report.small = [];
report.opened = 0;
for (const width of [375, 1280]) {
  for (const height of [800, 260]) {
    const page = await fresh({ viewport: { width, height } });
    for (const path of ["v3/book.html", "v3/missions/kfor.html"]) {
      await page.goto(`${opened}/${path}`);
      for (const mark of await page.locator(".mark button").all()) {
        // As low in the window as it goes, where the note has to open above its block.
        await mark.evaluate((button) => scrollBy(0, button.getBoundingClientRect().bottom - innerHeight + 40));
        await mark.click();
        report.opened += 1;
        await page.waitForTimeout(50);
        const found = await mark.evaluate((button) => {
          const note = document.getElementById(button.getAttribute("popovertarget"));
          const block = button.closest("tr, p, li, h1, h2, h3, h4, h5, h6, figcaption, caption, dd, dt, blockquote");
          const box = note.getBoundingClientRect();
          const meets = (line) => line.left < box.right && box.left < line.right && line.top < box.bottom && box.top < line.bottom;
          const range = document.createRange();
          range.selectNodeContents(block);
          const wide = box.left < 0 || box.right > document.documentElement.clientWidth;
          return { covered: [...range.getClientRects()].some(meets), wide, shown: box.height > 0 && box.bottom > 0 && box.top < innerHeight };
        });
        if (found.covered || found.wide || !found.shown) report.covered.push(`${path} at ${width} × ${height}: ${JSON.stringify(found)}`);
        await page.keyboard.press("Escape");
      }
      const small = await page.evaluate(() =>
        [...document.querySelectorAll("nav a, summary, .anchor, .mark button, .find input")].flatMap((target) => {
          const own = target.getBoundingClientRect();
          if (own.width === 0) return [];
          const after = getComputedStyle(target, "::after");
          const size = (side) => Math.max(own[side], after.position === "absolute" ? parseFloat(after[side]) : 0);
          return size("width") < 24 || size("height") < 24 ? [`${target.outerHTML.slice(0, 80)}: ${size("width")} × ${size("height")}`] : [];
        }),
      );
      report.small.push(...small);
    }
    await page.context().close();
  }
}

// An older page says so, with nothing moving when it does, and leads to the same place in the newest version.
report.shifts = {};
report.older = {};
for (const [name, root] of Object.entries({ opened, served })) {
  for (const width of [375, 1280]) {
    const page = await fresh({ viewport: { width, height: 800 } });
    await page.addInitScript(() => {
      window.shift = 0;
      new PerformanceObserver((list) => list.getEntries().forEach((entry) => (window.shift += entry.value))).observe({ type: "layout-shift", buffered: true });
    });
    for (const path of ["index.html", "v1/book.html#kosovo-force", "v3/book.html", "v2/changes.html", "records/missions/kfor.html", "search.html?q=force", "compare.html"]) {
      await page.goto("about:blank");
      await page.goto(`${root}/${path}`, { waitUntil: "load" });
      await page.waitForTimeout(300);
      report.shifts[`${name} ${path} ${width}`] = await page.evaluate(() => window.shift);
    }
    await page.goto(`${root}/v3/book.html`);
    const quiet = await page.locator(".older").isHidden();
    await page.goto(`${root}/v1/book.html#kosovo-force`);
    const shown = await page.locator(".older").isVisible();
    await page.locator(".older a").click();
    await page.waitForURL(/\/v3\/book\.html#kosovo-force$/);
    await page.goto(`${root}/latest/missions/unifil.html`);
    await page.locator("#gone").waitFor();
    report.older[`${name} ${width}`] = [quiet, shown, page.url().endsWith("/latest/missions/unifil.html")];
    await page.context().close();
  }
}

// How much a first visit costs; and printed.
{
  const page = await fresh({});
  const bodies = [];
  page.on("response", (response) => bodies.push(response.body()));
  await page.goto(`${served}/index.html`, { waitUntil: "load" });
  const timing = await page.evaluate(() => {
    const [entry] = performance.getEntriesByType("navigation");
    return { ready: Math.round(entry.domContentLoadedEventEnd), loaded: Math.round(entry.loadEventEnd) };
  });
  const sizes = (await Promise.all(bodies)).map((body) => body.length);
  report.front = { requests: sizes.length, bytes: sizes.reduce((sum, size) => sum + size, 0), ...timing };
  await page.goto(`${served}/v3/book.html`);
  report.printed = (await page.pdf({ format: "A4" })).length;
  await page.context().close();
}

await browser.close();
server.close();
console.log(JSON.stringify(report));
