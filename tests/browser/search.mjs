// Asks a reading site's search on a disk, and prints what it answers, as JSON: for each question the addresses found, the
// best first, and what is marked in the passage of the first.
//
//   node search.mjs TOOLS SITE QUESTION…
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [tools, site, ...questions] = process.argv.slice(2);
const { chromium } = createRequire(join(tools, "package.json"))("playwright-core");
const browser = await chromium.launch({
  executablePath: process.env.BRIEF_TEST_CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});
const page = await browser.newPage();
const report = { found: {}, marked: {}, console: [] };
page.on("pageerror", (error) => report.console.push(String(error)));
await page.goto(`${pathToFileURL(site).href}/search.html`);
for (const question of questions) {
  await page.getByRole("searchbox").fill(question);
  await page.locator("#count", { hasText: `“${question.trim()}”` }).waitFor();
  const links = page.locator("#results a");
  report.found[question] = await links.evaluateAll((all) => all.map((link) => link.getAttribute("href")));
  if (report.found[question].length > 0) await page.locator("#results li").first().locator("p").waitFor();
  report.marked[question] = await page.locator("#results li").first().locator("mark").allTextContents();
}
await browser.close();
console.log(JSON.stringify(report));
