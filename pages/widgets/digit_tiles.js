// Draws digits from one sheet, whose alpha channel is their ink, each with captions and predictions.
function element(tag, className, text) {
  const node = document.createElement(tag)
  node.className = className
  if (text !== undefined) node.textContent = text
  return node
}

function ink(sheet, position, count) {
  const node = element("div", "ink")
  node.style.maskImage = node.style.webkitMaskImage = `url(${sheet})`
  node.style.maskSize = node.style.webkitMaskSize = `calc(var(--size) * ${count}) var(--size)`
  node.style.maskPosition = node.style.webkitMaskPosition = `calc(var(--size) * -${position}) 0`
  return node
}

export default function ({ data, parentElement, setTriggerValue }) {
  const grid = element("div", "grid")
  grid.style.setProperty("--size", `${data.size}px`)
  grid.style.setProperty("--tile", `${data.pictures * data.size + 44}px`)
  grid.style.setProperty("--accent", data.accent)
  if (data.columns) {
    grid.classList.add("rows")
    grid.style.setProperty("--columns", data.columns)
    grid.style.setProperty("--half", Math.ceil(data.columns / 2))
  }
  data.tiles.forEach((tile, position) => {
    const node = element(data.clickable ? "button" : "div", "tile")
    node.setAttribute("aria-label", tile.alt)
    if (tile.selected) node.classList.add("selected")
    if (data.clickable) {
      node.type = "button"
      node.dataset.index = tile.index
      node.onclick = () => setTriggerValue("clicked", tile.index)
    } else {
      node.setAttribute("role", "img")
    }
    if (data.sheet || data.loading) {
      const pictures = element("div", "pictures")
      const count = data.tiles.length * data.pictures
      for (let i = 0; i < data.pictures; i++) {
        pictures.append(data.sheet ? ink(data.sheet, position * data.pictures + i, count) : element("div", "loading"))
      }
      node.append(pictures)
    }
    if (tile.heading) node.append(element("div", "heading", tile.heading))
    if (tile.caption) {
      const caption = element("div", "caption")
      tile.caption.forEach((text, i) => caption.append(element("span", i ? "" : "index", text)))
      node.append(caption)
    }
    if (tile.predictions) {
      const predictions = element("div", "predictions")
      for (const [digit, wrong, tooltip] of tile.predictions) {
        const prediction = element("span", wrong ? "wrong" : "", digit)
        prediction.title = tooltip
        predictions.append(prediction)
      }
      node.append(predictions)
    }
    grid.append(node)
  })
  const root = parentElement.querySelector(".root")
  root.replaceChildren(grid)
}
