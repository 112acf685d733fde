// The HTML report in a real browser: nothing is fetched, nothing fails, and the page can be used with
// a keyboard, on a narrow screen, without scripts and on paper.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { basename } from "node:path";
import { chromium } from "playwright-core";

const reports = (process.env.SCANTLING_REPORTS ?? "").split(":").filter(Boolean);
const chromiumPath = process.env.CHROMIUM ?? "/usr/bin/chromium";
let browser;

before(async () => {
  browser = await chromium.launch({
    executablePath: chromiumPath,
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
      "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });
});
after(() => browser?.close());

// A page with the report, and what went wrong in it.
async function open(file, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1600, height: 1000 }, ...options });
  const page = await context.newPage();
  const faults = [];
  const requests = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") faults.push(message.text());
  });
  page.on("pageerror", (error) => faults.push(String(error)));
  page.on("dialog", (dialog) => {
    faults.push(`dialog: ${dialog.message()}`);
    dialog.dismiss();
  });
  page.on("request", (request) => requests.push(request.url()));
  const url = pathToFileURL(file).href;
  await page.goto(url, { timeout: 120000 }); // a busy machine takes its time
  return { context, page, faults, requests, url };
}

async function overflow(page) {
  return page.evaluate(() => {
    const width = document.documentElement.clientWidth;
    const wide = [...document.querySelectorAll("body *")].filter((element) => {
      const scrolled = element.closest(".scroll, nav ol");
      return (!scrolled || scrolled === element) && element.getBoundingClientRect().right > width + 1;
    });
    return {
      page: document.documentElement.scrollWidth - width,
      first: wide.slice(0, 3).map((e) => `${e.tagName}.${e.className} ${e.textContent.slice(0, 40)}`),
    };
  });
}

test("a report is given", () => {
  assert.ok(reports.length > 0, "SCANTLING_REPORTS names no report: call run.sh REPORT.html...");
});

for (const file of reports) {
  const name = basename(file);

  test(`${name}: nothing is fetched and nothing fails`, async () => {
    const { context, page, faults, requests, url } = await open(file);
    await page.waitForTimeout(300);
    const elsewhere = requests.filter((request) => request !== url && !request.startsWith("data:"));
    assert.deepEqual(elsewhere, []);
    assert.deepEqual(faults, []);
    const links = await page.$$eval("[src], link[href], use[href], image[href]", (elements) =>
      elements.map((e) => e.getAttribute("src") ?? e.getAttribute("href")).filter((v) => !v.startsWith("data:") && !v.startsWith("#")));
    assert.deepEqual(links, []);
    await context.close();
  });

  test(`${name}: every link within the page leads somewhere, ids are unique`, async () => {
    const { context, page } = await open(file);
    const broken = await page.$$eval("a[href^='#']", (links) =>
      links.map((a) => a.getAttribute("href").slice(1)).filter((id) => !document.getElementById(id)));
    assert.deepEqual([...new Set(broken)], []);
    const twice = await page.$$eval("[id]", (elements) => {
      const ids = elements.map((e) => e.id);
      return ids.filter((id, i) => ids.indexOf(id) !== i);
    });
    assert.deepEqual(twice, []);
    await context.close();
  });

  test(`${name}: the graph has the nodes of its data, and no two overlap`, async () => {
    const { context, page } = await open(file);
    const found = await page.evaluate(() => {
      const graph = document.getElementById("system-graph");
      if (!graph) return null;
      const data = JSON.parse(document.getElementById("graph-data").textContent);
      const boxes = [...graph.querySelectorAll(".node")].map((node) => {
        const { left, right, top, bottom } = node.querySelector(".box").getBoundingClientRect();
        return { name: data.nodes[Number(node.dataset.node)].name, left, right, top, bottom };
      });
      const labels = [...graph.querySelectorAll(".edge text")].map((label) => {
        const { left, right, top, bottom } = label.getBoundingClientRect();
        return { name: label.textContent, left, right, top, bottom };
      });
      const texts = [...graph.querySelectorAll(".node")].filter((node) => {
        const box = node.querySelector(".box").getBoundingClientRect();
        return [...node.querySelectorAll("text")].some((text) => text.getBoundingClientRect().right > box.right);
      }).map((node) => node.textContent);
      return { nodes: data.nodes.length, edges: data.edges.length, boxes, labels, texts,
        drawn: graph.querySelectorAll(".edge").length };
    });
    assert.ok(found, "no graph");
    assert.equal(found.boxes.length, found.nodes);
    assert.equal(found.drawn, found.edges);
    const apart = (a, b) => a.right <= b.left + .5 || b.right <= a.left + .5 || a.bottom <= b.top + .5 || b.bottom <= a.top + .5;
    const all = [...found.boxes, ...found.labels];
    for (let i = 0; i < all.length; i++)
      for (let j = 0; j < i; j++)
        assert.ok(apart(all[i], all[j]), `${all[i].name} lies over ${all[j].name}`);
    assert.deepEqual(found.texts, [], "text reaches out of its node");
    await context.close();
  });

  test(`${name}: find marks what it finds`, async () => {
    const { context, page, faults } = await open(file);
    const names = await page.evaluate(() => JSON.parse(document.getElementById("graph-data").textContent).nodes.map((n) => n.name));
    const wanted = names[names.length - 1];
    await page.fill("#find", wanted.toUpperCase());
    const hits = names.filter((n) => n.toLowerCase().includes(wanted.toLowerCase())).length;
    assert.equal(await page.locator(".node.found").count(), hits);
    assert.equal(await page.locator("#found").textContent(), `${hits} of ${names.length}`);
    await page.fill("#find", "no such thing anywhere");
    assert.equal(await page.locator(".node.found").count(), 0);
    assert.deepEqual(faults, []);
    await context.close();
  });

  test(`${name}: a node is chosen by keyboard and shows what depends on it`, async () => {
    const { context, page } = await open(file);
    const first = page.locator("#system-graph .node").first();
    await first.focus();
    assert.ok(await first.evaluate((node) => node === document.activeElement));
    await page.keyboard.press("Enter");
    assert.equal(await first.getAttribute("aria-pressed"), "true");
    const near = await page.locator("#system-graph .node.near").count();
    const all = await page.locator("#system-graph .node").count();
    assert.ok(near >= 1 && near <= all);
    assert.ok(await page.locator("#system-graph.focus").count() === 1);
    await page.keyboard.press("Escape");
    assert.equal(await page.locator("#system-graph.focus").count(), 0);
    await page.locator("input[name=heat][value=c]").check();
    assert.equal(await page.locator("#system-graph").getAttribute("data-heat"), "c");
    await context.close();
  });

  for (const width of [400, 1600])
    test(`${name}: no sideways scrolling at ${width} px`, async () => {
      const { context, page } = await open(file, { viewport: { width, height: 900 } });
      assert.deepEqual(await overflow(page), { page: 0, first: [] });
      await context.close();
    });

  test(`${name}: without scripts, all text is there`, async () => {
    const plain = await open(file, { javaScriptEnabled: false });
    const with_script = await open(file);
    const text = (page) => page.locator("body").innerText();
    assert.equal(await text(plain.page), await text(with_script.page));
    assert.ok(await plain.page.locator("#verdict").isVisible());
    if (await plain.page.locator(".chart").count() > 0)
      assert.ok(await plain.page.locator(".chart .line").first().isVisible());
    await plain.context.close();
    await with_script.context.close();
  });

  test(`${name}: a run is stepped through by keys and by buttons`, async () => {
    const { context, page, faults } = await open(file);
    const stepper = page.locator("section.stepper").first();
    if (await stepper.count() > 0) {
      const steps = await stepper.locator(".step").count();
      const said = stepper.locator(".said");
      const now = () => stepper.locator(".step").evaluateAll((rows) => rows.findIndex((row) => row.classList.contains("now")));
      assert.ok(steps > 1);
      await stepper.focus();
      assert.equal(await now(), 0);
      await page.keyboard.press("ArrowRight");
      assert.equal(await now(), 1);
      assert.match(await said.textContent(), new RegExp(`^Step 2 of ${steps}: `));
      await page.keyboard.press("End");
      assert.equal(await now(), steps - 1);
      await page.keyboard.press("ArrowDown"); // there is none after the last
      assert.equal(await now(), steps - 1);
      await page.keyboard.press("Home");
      assert.equal(await now(), 0);
      await stepper.locator(".next").click();
      assert.equal(await now(), 1);
      await stepper.locator(".back").click();
      await stepper.locator(".back").click();
      assert.equal(await now(), 0);
      await stepper.locator(".last").click();
      assert.equal(await stepper.locator(".step.past").count(), steps - 1);
    }
    assert.deepEqual(faults, []);
    await context.close();
  });

  test(`${name}: a chart tells values under the pointer`, async () => {
    const { context, page, faults } = await open(file);
    const chart = page.locator(".chart svg").first();
    if (await chart.count() > 0) {
      await chart.scrollIntoViewIfNeeded();
      const box = await chart.boundingBox();
      await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
      assert.match(await page.locator(".tip").innerText(), /:/);
    }
    assert.deepEqual(faults, []);
    await context.close();
  });

  test(`${name}: it prints`, async () => {
    const { context, page } = await open(file);
    const pdf = await page.pdf({ format: "A4" });
    assert.equal(pdf.subarray(0, 5).toString(), "%PDF-");
    await page.emulateMedia({ media: "print" });
    assert.ok(!(await page.locator("nav").isVisible()));
    assert.ok(await page.locator("#verdict").isVisible());
    await context.close();
  });

  test(`${name}: text can be read in light and dark`, async () => {
    for (const colorScheme of ["light", "dark"]) {
      const { context, page } = await open(file, { colorScheme });
      // Contrast of the text colours against the page and the cards, by WCAG 2.2.
      const worst = await page.evaluate(() => {
        const style = getComputedStyle(document.documentElement);
        const probe = document.createElement("i");
        document.body.append(probe);
        const luminance = (token) => {
          probe.style.color = style.getPropertyValue(token);
          const channels = getComputedStyle(probe).color.match(/[\d.]+/g).slice(0, 3).map((c) => {
            const v = Number(c) / 255;
            return v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4;
          });
          return .2126 * channels[0] + .7152 * channels[1] + .0722 * channels[2];
        };
        let least = { ratio: 99 };
        const check = (text, ground) => {
          const [a, b] = [luminance(text), luminance(ground)].sort((x, y) => y - x);
          const ratio = (a + .05) / (b + .05);
          if (ratio < least.ratio) least = { ratio, text, ground };
        };
        for (const text of ["--text", "--soft", "--accent", "--good", "--warn", "--bad", "--none"])
          for (const ground of ["--page", "--surface"]) check(text, ground);
        for (const step of [0, 1, 2, 3, 4, 5])
          check("--text", `--heat-${step}`);
        for (const kind of ["good", "warn", "bad", "none"]) check(`--${kind}`, `--${kind}-soft`);
        return least;
      });
      assert.ok(worst.ratio >= 4.5, `${colorScheme}: ${JSON.stringify(worst)}`);
      await context.close();
    }
  });
}
