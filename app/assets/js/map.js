// Draws the map of proposals, and lets an author point at a place. Without this file the pages show the city as a
// drawing beside a list. All words come from data attributes of the page: there is no language in this file.
import { DivIcon, GeoJSON, LayerGroup, Map, Marker, Tooltip } from "leaflet/dist/leaflet-src.esm.js";

const PAUSE = 150; // milliseconds after a move before the server is asked
const CLOSER = 2; // zoom steps into a heap
const frame = document.querySelector("[data-map]");
if (frame) start(frame);

async function start(frame) {
  const answer = await fetch(frame.dataset.districts).catch(() => null);
  const city = answer?.ok ? await answer.json() : { features: [] };
  if (!city.features.length) return;
  const isStill = matchMedia("(prefers-reduced-motion: reduce)").matches;
  frame.hidden = false;
  document.querySelector("[data-drawing]")?.setAttribute("hidden", "");
  const map = new Map(frame, {
    attributionControl: false, zoomControl: false, maxZoom: 19, zoomSnap: 0.25,
    zoomAnimation: !isStill, fadeAnimation: !isStill, markerZoomAnimation: !isStill, inertia: !isStill,
  });
  const districts = new GeoJSON(city, { interactive: false, style: { className: "district" } }).addTo(map);
  map.fitBounds(districts.getBounds(), { animate: false });
  map.setMinZoom(map.getZoom() - 1);
  names(map, districts);
  zoomButtons(map, frame.dataset);
  if (frame.dataset.marks) overview(map, frame);
  else chooser(map, frame);
}

// The names of the neighbourhoods, once the map is near enough that they do not stand upon each other.
function names(map, districts) {
  const name = document.documentElement.lang === "en" ? "name_en" : "name_ko";
  const from = map.getZoom() + 1;
  for (const district of districts.getLayers()) {
    const content = Object.assign(document.createElement("span"), { textContent: district.feature.properties[name] });
    new Tooltip(district.getCenter(), { content, permanent: true, direction: "center", className: "district-name", opacity: 1 }).addTo(map);
  }
  const show = () => map.getContainer().classList.toggle("near", map.getZoom() >= from);
  map.on("zoomend", show);
  show();
}

function zoomButtons(map, words) {
  const bar = document.createElement("div");
  bar.className = "map-zoom";
  for (const [sign, label, act] of [["+", words.in, () => map.zoomIn()], ["−", words.out, () => map.zoomOut()]]) {
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: sign });
    button.setAttribute("aria-label", label);
    button.addEventListener("click", act);
    bar.append(button);
  }
  map.getContainer().before(bar);
}

// What stands in view, as signs on the map and as a list beside it that says the same.
function overview(map, frame) {
  const signs = new LayerGroup().addTo(map);
  const list = document.querySelector("[data-map-list]");
  const said = document.querySelector("[data-map-said]");
  let timer, asking;
  map.on("moveend", later);
  ask();

  function later() {
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE);
  }

  async function ask() {
    const box = map.getBounds();
    const address = new URL(frame.dataset.marks, location);
    const at = { south: Math.max(-90, box.getSouth()), west: Math.max(-180, box.getWest()), north: Math.min(90, box.getNorth()), east: Math.min(180, box.getEast()) };
    for (const [side, degrees] of Object.entries(at)) address.searchParams.set(side, degrees.toFixed(6));
    address.searchParams.set("zoom", Math.round(map.getZoom()));
    asking?.abort();
    asking = new AbortController();
    try {
      const answer = await fetch(address, { signal: asking.signal });
      if (answer.ok) show(await answer.json());
    } catch (error) {
      if (error.name !== "AbortError") said.textContent = frame.dataset.failed;
    }
  }

  function show({ marks, heaps }) {
    const focused = document.activeElement?.closest?.(".leaflet-marker-icon")?.dataset.key;
    signs.clearLayers();
    for (const one of marks) pin(one);
    for (const one of heaps) heap(one);
    list.replaceChildren(...marks.map(line));
    const number = marks.length + heaps.reduce((sum, one) => sum + one.count, 0);
    said.textContent = (heaps.length ? frame.dataset.many : frame.dataset.few).replace("{number}", number);
    if (focused) map.getContainer().focus({ preventScroll: true }); // what had the focus was drawn anew
  }

  function pin(one) {
    const sign = new Marker([one.latitude, one.longitude], { icon: icon("pin", ""), title: one.title, alt: one.title });
    pressed(sign.addTo(signs), () => location.assign(one.url));
    sign.getElement().dataset.key = one.url;
    sign.getElement().setAttribute("role", "link");
  }

  function heap({ latitude, longitude, count }) {
    const label = frame.dataset.heap.replace("{number}", count);
    const sign = new Marker([latitude, longitude], { icon: icon("heap", String(count)), title: label, alt: label });
    pressed(sign.addTo(signs), () => map.setView([latitude, longitude], map.getZoom() + CLOSER));
    sign.getElement().dataset.key = label;
  }
}

// By mouse, by touch, and by the key, which Leaflet keeps for its own bubbles.
function pressed(sign, act) {
  sign.on("click", act);
  sign.on("keydown", ({ originalEvent }) => originalEvent.key === "Enter" && act());
}

function line(one) {
  const item = document.createElement("li");
  item.append(Object.assign(document.createElement("a"), { href: one.url, textContent: one.title }));
  return item;
}

function icon(name, text) {
  const size = name === "pin" ? 28 : 40;
  const html = Object.assign(document.createElement("span"), { textContent: text });
  return new DivIcon({ className: name, html, iconSize: [size, size], iconAnchor: name === "pin" ? [size / 2, size] : [size / 2, size / 2] });
}

// A pin that is put by a click, by dragging, or with the button into the middle of the map, which arrow keys move.
function chooser(map, frame) {
  const field = document.getElementById(frame.dataset.field);
  const said = document.querySelector("[data-map-said]");
  const middle = document.querySelector("[data-map-middle]");
  let sign;
  const there = read(field.value);
  if (there) {
    put(there, false);
    map.setView(there, Math.max(map.getZoom(), 15), { animate: false });
  }
  map.on("click", ({ latlng }) => put([latlng.lat, latlng.lng], true));
  middle.hidden = false;
  middle.addEventListener("click", () => put([map.getCenter().lat, map.getCenter().lng], true));
  field.addEventListener("change", () => {
    const typed = read(field.value);
    if (typed) put(typed, false);
  });

  function put(point, isNew) {
    if (sign) sign.setLatLng(point);
    else {
      sign = new Marker(point, { icon: icon("pin", ""), draggable: true, alt: frame.dataset.chosen, keyboard: false }).addTo(map);
      sign.on("dragend", () => put([sign.getLatLng().lat, sign.getLatLng().lng], true));
    }
    if (!isNew) return;
    field.value = point.map((degrees) => degrees.toFixed(6)).join(", ");
    said.textContent = `${frame.dataset.chosen}: ${field.value}`;
  }
}

function read(text) {
  const point = text.split(",").map(Number);
  return point.length === 2 && point.every(Number.isFinite) && text.trim() ? point : null;
}
