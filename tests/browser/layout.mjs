// Opens pages of a reading site on a disk in windows of several widths, and prints as JSON how they are laid out.
//
//   node layout.mjs TOOLS SITE WIDTHS PAGE…
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [tools, site, widths, ...paths] = process.argv.slice(2);
const require = createRequire(join(tools, "package.json"));
const { chromium } = require("playwright-core");
const axe = require.resolve("axe-core/axe.min.js");
const browser = await chromium.launch({
  executablePath: process.env.BRIEF_TEST_CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});
const report = { overflow: [], alone: [], marks: 0, scrolling: [], direction: [], start: [], violations: [], cite: [] };
for (const width of widths.split(",").map(Number)) {
  const page = await browser.newPage({ viewport: { width, height: 800 } });
  for (const path of paths) {
    const place = `${path} at ${width}`;
    await page.goto(`${pathToFileURL(site).href}/${path}`);
    const seen = await page.evaluate(() => {
      const { scrollWidth, clientWidth } = document.documentElement;
      // A mark begins no line: the letter before it is on the line that the mark is on.
      const marks = [...document.querySelectorAll("main .mark")].filter((mark) => mark.getBoundingClientRect().width > 0);
      const alone = marks.filter((mark) => {
        const range = document.createRange();
        const walker = document.createTreeWalker(mark.closest("p, li, td, th, h1, h2, h3, h4, h5, h6, caption"), NodeFilter.SHOW_TEXT);
        let before;
        for (let node = walker.nextNode(); node && !mark.contains(node); node = walker.nextNode()) if (node.data.trim() !== "") before = node;
        if (!before) return true;
        const end = before.data.trimEnd().length;
        range.setStart(before, end - 1);
        range.setEnd(before, end);
        const [letter, own] = [[...range.getClientRects()].at(-1), mark.getClientRects()[0]];
        return !(own.top < letter.bottom && letter.top < own.bottom + letter.height / 2);
      });
      const tables = [...document.querySelectorAll(".table")].filter((table) => table.scrollWidth > table.clientWidth + 1);
      const title = document.querySelector("h1").getBoundingClientRect();
      const range = document.createRange();
      range.selectNodeContents(document.querySelector("h1"));
      const text = range.getBoundingClientRect();
      const cite = document.querySelector(".cite");
      if (cite) cite.open = true;
      return {
        wide: scrollWidth - clientWidth,
        marks: marks.length,
        alone: alone.map((mark) => mark.parentElement.textContent.slice(0, 60)),
        scrolling: tables.map((table) => getComputedStyle(table).overflowX),
        direction: getComputedStyle(document.body).direction,
        start: Math.round(text.left - title.left) <= Math.round(title.right - text.right) ? "left" : "right",
        cite: cite?.innerText ?? "",
      };
    });
    if (seen.wide > 0) report.overflow.push(`${place}: ${seen.wide}`);
    report.marks += seen.marks;
    report.alone.push(...seen.alone.map((text) => `${place}: ${text}`));
    report.scrolling.push(...seen.scrolling.map((how) => `${place}: ${how}`));
    report.direction.push(seen.direction);
    report.start.push(seen.start);
    report.cite.push(seen.cite);
    await page.addScriptTag({ path: axe });
    const found = await page.evaluate(() => axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }));
    for (const { id, nodes } of found.violations) report.violations.push(`${place}: ${id}: ${nodes[0].html}`);
  }
  await page.close();
}
await browser.close();
console.log(JSON.stringify(report));
