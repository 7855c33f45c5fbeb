/* Fetches each figure and gives its roles the page's colours. The figures themselves are made on the server. */
"use strict";

(() => {
  const boxes = [...document.querySelectorAll("[data-figure]")];
  const config = { displayModeBar: false, responsive: true, displaylogo: false, locale: "en" };
  const lanes = { to_server: "--client", to_client: "--server", again: "--error", acknowledged: "--strong-line", window: "--note" };

  /* A custom property may be light-dark(…): an element has the one that counts. */
  const probe = document.createElement("i");
  probe.hidden = true;
  document.body.append(probe);
  function colour(name) {
    probe.style.setProperty("color", `var(${name})`);
    return getComputedStyle(probe).color;
  }

  function dressed(figure) {
    const [ink, line, paper] = ["--ink", "--line", "--paper"].map(colour);
    const axis = { gridcolor: line, zerolinecolor: line, linecolor: line, automargin: true };
    const data = figure.data.map((trace) => {
      const own = colour(lanes[trace.meta.role] || "--ink");
      return { ...trace, marker: { size: 5, ...trace.marker, color: own }, line: { width: 1.5, ...trace.line, color: own } };
    });
    const layout = {
      ...figure.layout,
      font: { family: getComputedStyle(document.body).fontFamily, size: 12, color: ink },
      paper_bgcolor: paper,
      plot_bgcolor: paper,
      margin: { l: 64, r: 16, t: 32, b: 48 },
      xaxis: { ...figure.layout.xaxis, ...axis },
      yaxis: { ...figure.layout.yaxis, ...axis },
      hovermode: "closest",
      dragmode: matchMedia("(pointer: coarse)").matches ? false : "zoom",
    };
    return [data, layout];
  }

  async function draw(box) {
    const answer = await fetch(box.dataset.figure);
    if (!answer.ok) return;
    box.figure = await answer.json();
    const said = box.figure.layout.meta.said;
    box.parentElement.querySelector(".said").textContent = said;
    if (!box.figure.data.length) {
      box.hidden = true;
      return;
    }
    await Plotly.newPlot(box, ...dressed(box.figure), config);
    box.dataset.drawn = "true";
  }

  boxes.forEach(draw);
  const again = () => boxes.forEach((box) => box.figure && !box.hidden && Plotly.react(box, ...dressed(box.figure), config));
  document.addEventListener("themechange", again);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);
})();
