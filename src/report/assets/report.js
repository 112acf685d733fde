// Adds to a page that is complete without it: find, focus and heat in the graph, values in charts,
// the current section in the list.
"use strict";
(() => {
  const graph = document.getElementById("system-graph");
  const data = graph && JSON.parse(document.getElementById("graph-data").textContent);
  const nodes = graph ? [...graph.querySelectorAll(".node")] : [];
  const edges = graph ? [...graph.querySelectorAll(".edge")] : [];
  let chosen = -1;

  // All nodes that can be reached from `start` along `next`.
  function reach(start, next) {
    const seen = new Set([start]);
    const pending = [start];
    while (pending.length > 0) {
      for (const other of next[pending.pop()]) {
        if (!seen.has(other)) {
          seen.add(other);
          pending.push(other);
        }
      }
    }
    return seen;
  }

  function choose(index) {
    chosen = index === chosen ? -1 : index;
    graph.classList.toggle("focus", chosen >= 0);
    const down = data.nodes.map(() => []);
    const up = data.nodes.map(() => []);
    for (const [from, to] of data.edges) {
      down[from].push(to);
      up[to].push(from);
    }
    const after = chosen < 0 ? new Set() : reach(chosen, down);
    const before = chosen < 0 ? new Set() : reach(chosen, up);
    nodes.forEach((node, i) => {
      node.classList.toggle("near", after.has(i) || before.has(i));
      node.classList.toggle("chosen", i === chosen);
      node.setAttribute("aria-pressed", String(i === chosen));
    });
    for (const edge of edges) {
      const from = Number(edge.dataset.from);
      const to = Number(edge.dataset.to);
      edge.classList.toggle("near", (after.has(from) && after.has(to)) || (before.has(from) && before.has(to)));
    }
  }

  if (graph) {
    nodes.forEach((node, i) => {
      node.addEventListener("click", () => choose(i));
      node.addEventListener("keydown", (event) => {
        if (event.key === "Enter" || event.key === " ") {
          event.preventDefault();
          choose(i);
        }
      });
    });
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && chosen >= 0) choose(chosen);
    });

    const find = document.getElementById("find");
    const found = document.getElementById("found");
    find.addEventListener("input", () => {
      const wanted = find.value.trim().toLowerCase();
      const hits = nodes.filter((node, i) => {
        const hit = wanted !== "" && data.nodes[i].name.toLowerCase().includes(wanted);
        node.classList.toggle("found", hit);
        return hit;
      });
      found.textContent = wanted === "" ? "" : `${hits.length} of ${nodes.length}`;
      if (hits.length > 0) {
        const frame = graph.parentElement;
        const box = hits[0].getBoundingClientRect();
        const view = frame.getBoundingClientRect();
        frame.scrollLeft += box.left + box.width / 2 - view.left - view.width / 2;
      }
    });
    find.addEventListener("keydown", (event) => {
      if (event.key === "Enter") graph.querySelector(".found")?.focus();
    });
    for (const input of document.querySelectorAll("input[name=heat]")) {
      input.addEventListener("change", () => {
        graph.dataset.heat = input.value;
      });
    }
  }

  // Values under the pointer. Numbers are those of the drawing: three digits are enough to read.
  function readable(value, unit) {
    const digits = (x) => String(Number(x.toPrecision(3)));
    if (unit === "share") return `${digits(value * 100)}%`;
    if (unit === "/s") return `${digits(value)}/s`;
    if (value >= 1) return `${digits(value)} s`;
    return `${digits(value * 1000)} ms`;
  }
  for (const chart of document.querySelectorAll(".chart")) {
    const svg = chart.querySelector("svg");
    const lines = [...svg.querySelectorAll(".line")].map((line) => ({
      name: line.dataset.name,
      bucket: Number(line.dataset.bucket),
      values: line.dataset.values.split(",").map((text) => (text === "" ? NaN : Number(text))),
    }));
    const left = Number(svg.dataset.left);
    const right = Number(svg.dataset.right);
    const seconds = Number(svg.dataset.seconds);
    const unit = svg.dataset.unit;
    let tip = null;
    let cursor = null;
    const hide = () => {
      tip?.remove();
      cursor?.remove();
      tip = cursor = null;
    };
    svg.addEventListener("pointermove", (event) => {
      const box = svg.getBoundingClientRect();
      const view = svg.viewBox.baseVal;
      const x = ((event.clientX - box.left) / box.width) * view.width;
      if (x < left || x > right) return hide();
      const at = ((x - left) / (right - left)) * seconds;
      if (!tip) {
        tip = document.createElement("div");
        tip.className = "tip";
        chart.append(tip);
        cursor = document.createElementNS("http://www.w3.org/2000/svg", "path");
        cursor.setAttribute("class", "cursor");
        svg.append(cursor);
      }
      cursor.setAttribute("d", `M${x} 12V${view.height - 26}`);
      tip.replaceChildren();
      const rows = [`${at < 60 ? at.toFixed(0) + " s" : (at / 60).toFixed(1) + " min"}`];
      for (const line of lines) {
        const value = line.values[Math.min(Math.floor(at / line.bucket), line.values.length - 1)];
        rows.push(`${line.name}: ${Number.isFinite(value) ? readable(value, unit) : "none"}`);
      }
      for (const row of rows) {
        const div = document.createElement("div");
        div.textContent = row;
        tip.append(div);
      }
      const offset = event.clientX - box.left;
      const far = offset > box.width / 2;
      tip.style.left = far ? "auto" : `${offset + 14}px`;
      tip.style.right = far ? `${box.width - offset + 14}px` : "auto";
      tip.style.top = `${svg.offsetTop + 16}px`;
    });
    svg.addEventListener("pointerleave", hide);
  }

  const links = new Map([...document.querySelectorAll("nav a")].map((a) => [a.hash.slice(1), a]));
  const visible = new Set();
  const watch = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      if (entry.isIntersecting) visible.add(entry.target.id);
      else visible.delete(entry.target.id);
    }
    let first = true;
    for (const [id, link] of links) {
      if (first && visible.has(id)) {
        link.setAttribute("aria-current", "true");
        first = false;
      } else {
        link.removeAttribute("aria-current");
      }
    }
  }, { rootMargin: "-15% 0px -70% 0px" });
  for (const id of links.keys()) watch.observe(document.getElementById(id));
})();
