"use strict";
(() => {
  const read = (id) => JSON.parse(document.getElementById(id).textContent);
  const PRINTED = 680; // Pixels: what fits between the margins of A4 and of US letter.

  // Plotly would fetch the land of the map; here it finds it.
  window.PlotlyGeoAssets = { topojson: { world_110m: read("land") } };
  const figures = read("figures");
  const config = read("config");
  const plots = [...document.querySelectorAll("[data-chart]")];
  for (const plot of plots) {
    const { data, layout } = figures[plot.dataset.chart];
    Plotly.newPlot(plot, data, layout, config).then(() => { plot.dataset.drawn = "true"; });
  }

  // The map of another period.
  const maps = read("maps");
  const slider = document.getElementById("map-period");
  if (slider) {
    const plot = plots.find((each) => each.dataset.chart === "map");
    const show = () => {
      const { period, says, figure } = maps[slider.value];
      document.getElementById("map-shown").textContent = period;
      slider.setAttribute("aria-valuetext", period);
      document.getElementById("says-map").textContent = says;
      return Plotly.react(plot, figure.data, figure.layout, config);
    };
    slider.addEventListener("input", show);
    slider.parentElement.hidden = false;
    document.getElementById("map-shown").textContent = maps[slider.value].period;
  }

  // Flows move to their new places in time that a printer does not give, and maps keep their height:
  // both are only made smaller.
  const kept = plots.filter((plot) => ["sankey", "map"].includes(plot.dataset.chart));
  const others = plots.filter((plot) => !kept.includes(plot));
  const resize = (layout) => others.forEach((plot) => Plotly.relayout(plot, layout));
  window.addEventListener("beforeprint", () => {
    kept.forEach((plot) => { plot.style.zoom = Math.min(1, PRINTED / plot.clientWidth); });
    resize({ autosize: false, width: PRINTED, "font.size": 10 });
  });
  window.addEventListener("afterprint", () => {
    kept.forEach((plot) => { plot.style.zoom = ""; });
    resize({ autosize: true, width: null, "font.size": 13 });
  });

  // A cell of the heat map leads to its panel, also without this script; here the focus goes along.
  const cells = [...document.querySelectorAll("#heatmap a")];
  const cellOf = (hash) => cells.find((cell) => cell.hash === hash);
  const choose = () => {
    cells.forEach((cell) => cell.classList.toggle("chosen", cell.hash === location.hash));
    if (cellOf(location.hash)) document.querySelector(location.hash).focus({ preventScroll: true });
  };
  window.addEventListener("hashchange", choose);
  choose();
  document.addEventListener("keydown", (event) => {
    const chosen = cellOf(location.hash);
    if (event.key === "Escape" && chosen) {
      location.hash = "#heatmap";
      chosen.focus({ preventScroll: true });
    }
    const from = event.target.closest?.("#heatmap td");
    const step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
    if (!from || !step) return;
    const row = from.parentElement.parentElement.rows[from.parentElement.sectionRowIndex + step[0]];
    const to = row?.cells[from.cellIndex + step[1]]?.querySelector("a");
    if (to) {
      to.focus();
      event.preventDefault();
    }
  });
})();
