// Opens pages in a browser at several widths, and prints as JSON what scrolls sideways and which words are broken.
//
//   node page.mjs TOOLS WIDTHS PAGE…
//
// TOOLS is a folder with playwright-core, WIDTHS numbers with commas, each PAGE a file.
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [tools, widths, ...pages] = process.argv.slice(2);
const require = createRequire(join(tools, "package.json"));
const { chromium } = require("playwright-core");
const browser = await chromium.launch({
  executablePath: process.env.BRIEF_TEST_CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});
const report = { sideways: [], broken: [], words: 0 };
for (const width of widths.split(",").map(Number)) {
  for (const file of pages) {
    const context = await browser.newContext({ viewport: { width, height: 900 } });
    const page = await context.newPage();
    await page.goto(pathToFileURL(file).href);
    const found = await page.evaluate(() => {
      const broken = [];
      let words = 0;
      const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        if (node.parentElement.closest(".said, style, thead, details:not([open])")) continue;
        for (const match of node.data.matchAll(/\p{L}+/gu)) {
          words += 1;
          const range = document.createRange();
          range.setStart(node, match.index);
          range.setEnd(node, match.index + match[0].length);
          const tops = new Set([...range.getClientRects()].map((box) => Math.round(box.top)));
          if (tops.size > 1) broken.push(match[0]);
        }
      }
      return { sideways: document.documentElement.scrollWidth - document.documentElement.clientWidth, broken, words };
    });
    if (found.sideways > 0) report.sideways.push(`${file} at ${width}: ${found.sideways} px`);
    report.broken.push(...found.broken.map((word) => `${word} at ${width}`));
    report.words += found.words;
    await context.close();
  }
}
await browser.close();
console.log(JSON.stringify(report));
