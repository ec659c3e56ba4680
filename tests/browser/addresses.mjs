// Opens addresses of a reading site on a disk, and prints where each leads in the end, as JSON.
//
//   node addresses.mjs TOOLS SITE ADDRESS…
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [tools, site, ...addresses] = process.argv.slice(2);
const { chromium } = createRequire(join(tools, "package.json"))("playwright-core");
const root = `${pathToFileURL(site).href}/`;
const browser = await chromium.launch({
  executablePath: process.env.BRIEF_TEST_CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});
const report = { landed: [], console: [] };
for (const address of addresses) {
  const page = await browser.newPage();
  page.on("pageerror", (error) => report.console.push(`${address}: ${error}`));
  await page.goto(root + address);
  // Each leads on at most twice; what leads nowhere stays.
  let last;
  for (let still = 0; still < 4; still += 1) {
    await page.waitForTimeout(100);
    if (page.url() !== last) still = 0;
    last = page.url();
  }
  report.landed.push(last.slice(root.length));
  await page.close();
}
await browser.close();
console.log(JSON.stringify(report));
