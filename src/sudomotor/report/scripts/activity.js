// The figure of an activity that can be zoomed: conductance, tonic level and fit above, bursts below, the whole beneath.
// It needs nothing but the page that it stands in. Courses are kept at several levels, the lowest and the highest value of
// each bin, so that a day is drawn as fast as a minute.
(() => {
  "use strict";
  const holder = document.getElementById("activity");
  const source = document.getElementById("activity-data");
  if (!holder || !source) return;
  const data = JSON.parse(source.textContent);
  const main = holder.querySelector("canvas.main");
  const strip = holder.querySelector("canvas.strip");
  const says = holder.querySelector("output");
  if (!main.getContext) return;
  const PAD = { left: 50, right: 8, top: 8, between: 26, bottom: 24 };
  const FACTOR = 4;

  // ---- data
  function bytes(text) {
    const raw = atob(text);
    const out = new Uint8Array(raw.length);
    for (let i = 0; i < raw.length; i++) out[i] = raw.charCodeAt(i);
    return out.buffer;
  }
  function unpack(packed) {
    if (packed.kind === "f4") return new Float32Array(bytes(packed.text));
    const steps = new Uint16Array(bytes(packed.text));
    const out = new Float32Array(steps.length);
    for (let i = 0; i < steps.length; i++) out[i] = steps[i] === 65535 ? NaN : packed.low + packed.step * steps[i];
    return out;
  }
  function levels(low, high) {
    const made = [{ low, high, size: 1 }];
    while (made[made.length - 1].low.length > 1000) {
      const last = made[made.length - 1];
      const count = Math.ceil(last.low.length / FACTOR);
      const lows = new Float32Array(count).fill(NaN);
      const highs = new Float32Array(count).fill(NaN);
      for (let i = 0; i < last.low.length; i++) {
        const at = Math.floor(i / FACTOR);
        if (!(lows[at] <= last.low[i]) && last.low[i] === last.low[i]) lows[at] = last.low[i];
        if (!(highs[at] >= last.high[i]) && last.high[i] === last.high[i]) highs[at] = last.high[i];
      }
      made.push({ low: lows, high: highs, size: last.size * FACTOR });
    }
    return made;
  }
  const courses = {};
  for (const name of ["measured", "tonic", "fit"]) {
    const low = unpack(data[name].low);
    courses[name] = levels(low, data[name].high ? unpack(data[name].high) : low);
  }
  // what was set aside does not set the scale
  const kept = [0, 1].map((side) => Float32Array.from(side ? courses.measured[0].high : courses.measured[0].low));
  for (const [from, to] of data.aside) {
    const first = Math.max(Math.floor((from - data.t0) / data.dt), 0);
    const last = Math.min(Math.ceil((to - data.t0) / data.dt), data.n - 1);
    for (let i = first; i <= last; i++) kept[0][i] = kept[1][i] = NaN;
  }
  courses.usable = levels(kept[0], kept[1]);
  const onset = new Float64Array(bytes(data.bursts.onset));
  const amplitude = new Float32Array(bytes(data.bursts.amplitude));
  const sd = new Float32Array(bytes(data.bursts.sd));
  const first = data.t0;
  const last = data.t0 + Math.max(data.n - 1, 1) * data.dt;
  const least = Math.min(Math.max(8 * data.dt, 4), last - first);
  const shown = { measured: true, tonic: true, fit: true };
  let view = { from: first, to: last };

  // ---- drawing
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  function fitted(canvas) {
    const ratio = window.devicePixelRatio || 1;
    const wide = canvas.clientWidth;
    const tall = canvas.clientHeight;
    if (canvas.width !== Math.round(wide * ratio) || canvas.height !== Math.round(tall * ratio)) {
      canvas.width = Math.round(wide * ratio);
      canvas.height = Math.round(tall * ratio);
    }
    const pen = canvas.getContext("2d");
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, wide, tall);
    pen.font = "12px system-ui, sans-serif";
    return { pen, wide, tall };
  }
  function levelFor(made, from, to, pixels) {
    let at = 0;
    while (at + 1 < made.length && (to - from) / (data.dt * made[at + 1].size) > 1.5 * pixels) at++;
    return made[at];
  }
  function ends(level, from, to) {
    const step = data.dt * level.size;
    return [
      Math.max(Math.floor((from - data.t0) / step) - 1, 0),
      Math.min(Math.ceil((to - data.t0) / step) + 1, level.low.length - 1),
    ];
  }
  function range(from, to, pixels) {
    let low = Infinity;
    let high = -Infinity;
    for (const name of ["usable", "tonic", "fit"]) {
      if (name !== "usable" && !shown[name]) continue;
      const level = levelFor(courses[name], from, to, pixels);
      const [a, b] = ends(level, from, to);
      for (let i = a; i <= b; i++) {
        if (level.low[i] < low) low = level.low[i];
        if (level.high[i] > high) high = level.high[i];
      }
    }
    if (!(low <= high)) return [0, 1];
    const room = 0.06 * (high - low) || 0.05 * Math.abs(high) || 1;
    return [low - room, high + room];
  }
  function course(pen, name, frame, ink, width) {
    const level = levelFor(courses[name], frame.from, frame.to, frame.wide);
    const [a, b] = ends(level, frame.from, frame.to);
    const step = data.dt * level.size;
    const middle = level.size > 1 ? 0.5 * step : 0;
    pen.strokeStyle = pen.fillStyle = ink;
    pen.lineWidth = width;
    if (name === "measured" && level.size === 1 && !data.binned && (b - a) * 4 < frame.wide) {
      for (let i = a; i <= b; i++) {
        if (level.low[i] !== level.low[i]) continue;
        pen.beginPath();
        pen.arc(frame.x(data.t0 + i * step), frame.y(level.low[i]), 1.8, 0, 7);
        pen.fill();
      }
      return;
    }
    pen.beginPath();
    let missing = 9;
    let before = 0;
    for (let i = a; i <= b; i++) {
      const low = level.low[i];
      if (low !== low) {
        missing++;
        continue;
      }
      const x = frame.x(data.t0 + i * step + middle);
      const high = level.high[i];
      // first the end that is nearer: a slope is then no saw
      const [one, other] = Math.abs(high - before) < Math.abs(low - before) ? [high, low] : [low, high];
      // single empty bins are the clock's jitter, no gap
      if (missing > (level.size === 1 ? 1 : 0)) pen.moveTo(x, frame.y(one));
      else pen.lineTo(x, frame.y(one));
      if (other !== one) pen.lineTo(x, frame.y(other));
      before = other;
      missing = 0;
    }
    pen.stroke();
  }
  function niceStep(span, most) {
    const rough = span / Math.max(most, 1);
    const ten = Math.pow(10, Math.floor(Math.log10(rough)));
    return [1, 2, 5, 10].map((k) => k * ten).find((k) => k >= rough);
  }
  const STEPS = [0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200, 86400];
  const two = (n) => (n < 10 ? "0" : "") + n;
  function clock(seconds, fine) {
    const sign = seconds < 0 ? "−" : "";
    const tenths = Math.round(Math.abs(seconds) * 10);
    const whole = Math.floor(tenths / 10);
    const h = Math.floor(whole / 3600);
    const m = Math.floor(whole / 60) % 60;
    const s = two(whole % 60) + (fine ? "." + (tenths % 10) : "");
    return sign + (h || last >= 3600 ? `${h}:${two(m)}:${s}` : `${m}:${s}`);
  }
  function digits(value) {
    return value === 0 ? "0" : String(Number(value.toPrecision(3)));
  }
  function panel(pen, frame, title, most) {
    const step = niceStep(frame.high - frame.low, most);
    pen.fillStyle = pen.strokeStyle = colour("--faint");
    pen.lineWidth = 1;
    pen.textAlign = "right";
    pen.textBaseline = "middle";
    for (let v = Math.ceil(frame.low / step) * step; v <= frame.high; v += step) {
      const y = Math.round(frame.y(v)) + 0.5;
      pen.globalAlpha = 0.25;
      pen.beginPath();
      pen.moveTo(frame.left, y);
      pen.lineTo(frame.left + frame.wide, y);
      pen.stroke();
      pen.globalAlpha = 1;
      pen.fillText(digits(Math.abs(v) < step / 1e6 ? 0 : v), frame.left - 6, y);
    }
    pen.textAlign = "left";
    pen.textBaseline = "bottom";
    pen.fillText(title, frame.left, frame.top - 3);
  }
  function shades(pen, frame) {
    for (const [from, to, which] of data.aside) {
      if (to < frame.from || from > frame.to) continue;
      const x = Math.max(frame.x(from), frame.left);
      const end = Math.min(frame.x(to), frame.left + frame.wide);
      pen.fillStyle = data.reasons[which][1];
      pen.globalAlpha = 0.3;
      pen.fillRect(x, frame.top, Math.max(end - x, 0.6), frame.tall);
      pen.globalAlpha = 1;
    }
  }
  function search(time) {
    let a = 0;
    let b = onset.length;
    while (a < b) {
      const mid = (a + b) >> 1;
      if (onset[mid] < time) a = mid + 1;
      else b = mid;
    }
    return a;
  }
  function frameOf(top, tall, wide) {
    const frame = { left: PAD.left, top, tall, wide, from: view.from, to: view.to, low: 0, high: 1 };
    frame.x = (t) => frame.left + ((t - frame.from) / (frame.to - frame.from)) * frame.wide;
    frame.y = (v) => frame.top + frame.tall * (1 - (v - frame.low) / (frame.high - frame.low));
    return frame;
  }
  function draw() {
    const { pen, wide, tall } = fitted(main);
    const inner = wide - PAD.left - PAD.right;
    const room = tall - PAD.top - PAD.between * 2 - PAD.bottom;
    const above = frameOf(PAD.top + 14, room * 0.7, inner);
    const below = frameOf(above.top + above.tall + PAD.between, room * 0.3, inner);
    [above.low, above.high] = range(view.from, view.to, inner);
    const [a, b] = [search(view.from), search(view.to)];
    let top = 0;
    for (let i = a; i < b; i++) top = Math.max(top, amplitude[i] + (sd[i] || 0));
    below.high = top > 0 ? 1.1 * top : 1;
    panel(pen, above, "Skin conductance, µS", above.tall / 45);
    panel(pen, below, "Bursts, µS", below.tall / 32);
    for (const frame of [above, below]) {
      pen.save();
      pen.beginPath();
      pen.rect(frame.left, frame.top - 1, frame.wide, frame.tall + 2);
      pen.clip();
      shades(pen, frame);
      if (frame === above) {
        if (shown.measured) course(pen, "measured", frame, colour("--faint"), 1.1);
        if (shown.tonic) course(pen, "tonic", frame, data.colours.tonic, 1.6);
        if (shown.fit) course(pen, "fit", frame, data.colours.fit, 1.2);
        marks(pen, frame);
      } else stems(pen, frame, a, b);
      pen.restore();
    }
    times(pen, below, wide);
    overview();
  }
  function marks(pen, frame) {
    pen.strokeStyle = pen.fillStyle = colour("--ink");
    pen.lineWidth = 1;
    pen.textAlign = "left";
    pen.textBaseline = "top";
    const near = data.marks.filter(([t]) => t >= frame.from && t <= frame.to);
    let free = -1;
    for (const [t, label] of near) {
      const x = frame.x(t);
      pen.globalAlpha = 0.6;
      pen.setLineDash([2, 3]);
      pen.beginPath();
      pen.moveTo(x, frame.top);
      pen.lineTo(x, frame.top + frame.tall);
      pen.stroke();
      pen.setLineDash([]);
      if (x > free) {
        pen.fillText(label, x + 3, frame.top);
        free = x + 8 + pen.measureText(label).width;
      }
      pen.globalAlpha = 1;
    }
  }
  function stems(pen, frame, a, b) {
    const columns = new Map(); // of many in one column of pixels, the highest
    const many = b - a > 2 * frame.wide;
    for (let i = a; i < b; i++) {
      const at = many ? Math.round(frame.x(onset[i])) : i;
      if (!columns.has(at) || amplitude[columns.get(at)] < amplitude[i]) columns.set(at, i);
    }
    const base = frame.y(0);
    for (const i of columns.values()) {
      const x = frame.x(onset[i]);
      const y = frame.y(amplitude[i]);
      pen.strokeStyle = pen.fillStyle = data.colours.burst;
      pen.lineWidth = 1.2;
      pen.beginPath();
      pen.moveTo(x, base);
      pen.lineTo(x, y);
      pen.stroke();
      if (columns.size * 6 > frame.wide) continue;
      pen.beginPath();
      pen.arc(x, y, 2.2, 0, 7);
      pen.fill();
      if (!(sd[i] > 0)) continue;
      pen.strokeStyle = colour("--ink");
      pen.globalAlpha = 0.55;
      pen.lineWidth = 2;
      pen.beginPath();
      pen.moveTo(x, frame.y(amplitude[i] - sd[i]));
      pen.lineTo(x, frame.y(amplitude[i] + sd[i]));
      pen.stroke();
      pen.globalAlpha = 1;
    }
  }
  function times(pen, frame, wide) {
    const most = Math.max(frame.wide / 76, 2);
    const step = STEPS.find((s) => (view.to - view.from) / s <= most) || 86400 * Math.ceil((view.to - view.from) / most / 86400);
    pen.fillStyle = pen.strokeStyle = colour("--faint");
    pen.textAlign = "center";
    pen.textBaseline = "top";
    const base = frame.top + frame.tall;
    for (let k = Math.ceil(view.from / step); k * step <= view.to; k++) {
      const x = frame.x(k * step);
      pen.beginPath();
      pen.moveTo(x, base);
      pen.lineTo(x, base + 4);
      pen.stroke();
      if (x > frame.left + 14 && x < wide - 22) pen.fillText(clock(k * step, step < 1), x, base + 7);
    }
    pen.beginPath();
    pen.moveTo(frame.left, base + 0.5);
    pen.lineTo(frame.left + frame.wide, base + 0.5);
    pen.stroke();
  }
  function overview() {
    const { pen, wide, tall } = fitted(strip);
    const frame = { left: PAD.left, top: 2, tall: tall - 4, wide: wide - PAD.left - PAD.right, from: first, to: last };
    [frame.low, frame.high] = range(first, last, frame.wide);
    frame.x = (t) => frame.left + ((t - first) / (last - first)) * frame.wide;
    frame.y = (v) => frame.top + frame.tall * (1 - (v - frame.low) / (frame.high - frame.low));
    pen.save();
    pen.beginPath();
    pen.rect(frame.left, 0, frame.wide, tall);
    pen.clip();
    shades(pen, frame);
    course(pen, "usable", frame, colour("--faint"), 1);
    pen.restore();
    const a = frame.x(view.from);
    const b = Math.max(frame.x(view.to), a + 3);
    pen.globalAlpha = 0.14;
    pen.fillStyle = colour("--ink");
    pen.fillRect(a, 0, b - a, tall);
    pen.globalAlpha = 1;
    pen.strokeStyle = colour("--ink");
    pen.strokeRect(a + 0.5, 0.5, b - a - 1, tall - 1);
  }

  // ---- what a hand does
  let waiting = false;
  function later() {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      draw();
    });
  }
  function look(from, to) {
    const span = Math.min(Math.max(to - from, least), last - first);
    const begin = Math.min(Math.max(0.5 * (from + to) - 0.5 * span, first), last - span);
    view = { from: begin, to: begin + span };
    later();
  }
  function zoom(factor, at) {
    const t = at === undefined ? 0.5 * (view.from + view.to) : at;
    const span = Math.min(Math.max((view.to - view.from) * factor, least), last - first);
    const share = (t - view.from) / (view.to - view.from);
    look(t - share * span, t + (1 - share) * span);
  }
  const pan = (share) => look(view.from + share * (view.to - view.from), view.to + share * (view.to - view.from));
  function timeAt(canvas, x, from, to) {
    const wide = canvas.clientWidth - PAD.left - PAD.right;
    return from + ((x - canvas.getBoundingClientRect().left - PAD.left) / wide) * (to - from);
  }
  function wall(t) {
    if (data.start === null) return "";
    const at = new Date(data.start + 1000 * t); // the wall clock of the recording, written as if it were UTC
    return ` (${two(at.getUTCHours())}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())})`;
  }
  function tell(t) {
    if (t < view.from || t > view.to) return;
    const i = Math.min(Math.max(Math.round((t - data.t0) / data.dt), 0), data.n - 1);
    const parts = [clock(t, true) + wall(t)];
    for (const name of ["measured", "tonic"]) {
      const value = courses[name][0].high[i];
      if (value === value) parts.push(`${name} ${digits(value)} µS`);
    }
    const why = data.aside.find(([from, to]) => t >= from && t <= to);
    if (why) parts.push(`set aside: ${data.reasons[why[2]][0]}`);
    const k = search(t);
    const near = [k - 1, k].filter((j) => j >= 0 && j < onset.length).sort((p, q) => Math.abs(onset[p] - t) - Math.abs(onset[q] - t))[0];
    if (near !== undefined && Math.abs(onset[near] - t) < 0.02 * (view.to - view.from)) {
      const error = sd[near] > 0 ? ` ± ${Number(sd[near].toPrecision(2))}` : "";
      parts.push(`burst at ${clock(onset[near], true)}: ${digits(amplitude[near])}${error} µS`);
    }
    says.textContent = parts.join(" · ");
  }
  const hands = new Map();
  let moved = 0;
  main.addEventListener("pointerdown", (event) => {
    hands.set(event.pointerId, event.clientX);
    moved = 0;
    main.setPointerCapture(event.pointerId);
  });
  main.addEventListener("pointermove", (event) => {
    if (!hands.has(event.pointerId)) {
      tell(timeAt(main, event.clientX, view.from, view.to));
      return;
    }
    const before = [...hands.values()];
    const was = hands.get(event.pointerId);
    hands.set(event.pointerId, event.clientX);
    moved += Math.abs(event.clientX - was);
    const wide = main.clientWidth - PAD.left - PAD.right;
    if (hands.size === 1) pan(-(event.clientX - was) / wide);
    else if (hands.size === 2) {
      const now = [...hands.values()];
      const [gap, wider] = [Math.abs(before[0] - before[1]), Math.abs(now[0] - now[1])];
      if (gap > 8 && wider > 8) zoom(gap / wider, timeAt(main, 0.5 * (now[0] + now[1]), view.from, view.to));
    }
  });
  for (const kind of ["pointerup", "pointercancel"]) {
    main.addEventListener(kind, (event) => {
      if (hands.delete(event.pointerId) && kind === "pointerup" && moved < 5) tell(timeAt(main, event.clientX, view.from, view.to));
    });
  }
  main.addEventListener("dblclick", (event) => zoom(0.4, timeAt(main, event.clientX, view.from, view.to)));
  main.addEventListener(
    "wheel",
    (event) => {
      // the page keeps its wheel until the figure has been clicked, or a key says that the figure is meant
      if (!(event.ctrlKey || event.shiftKey || event.metaKey || document.activeElement === main)) return;
      event.preventDefault();
      const turn = event.deltaY || event.deltaX;
      if (Math.abs(event.deltaX) > Math.abs(event.deltaY) && !event.shiftKey) pan(event.deltaX / 600);
      else zoom(Math.exp(Math.max(Math.min(turn, 200), -200) / 400), timeAt(main, event.clientX, view.from, view.to));
    },
    { passive: false },
  );
  function move(event) {
    const t = timeAt(strip, event.clientX, first, last);
    const half = 0.5 * (view.to - view.from);
    look(t - half, t + half);
  }
  strip.addEventListener("pointerdown", (event) => {
    strip.setPointerCapture(event.pointerId);
    move(event);
  });
  strip.addEventListener("pointermove", (event) => {
    if (event.buttons || event.pressure > 0) move(event);
  });
  const does = {
    in: () => zoom(0.5),
    out: () => zoom(2),
    left: () => pan(-0.4),
    right: () => pan(0.4),
    whole: () => look(first, last),
  };
  const keys = { "+": "in", "=": "in", "-": "out", ArrowLeft: "left", ArrowRight: "right", 0: "whole", Home: "whole" };
  main.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !keys[event.key]) return;
    event.preventDefault();
    does[keys[event.key]]();
  });
  for (const button of holder.querySelectorAll("button[data-do]")) {
    button.addEventListener("click", () => does[button.dataset.do]());
  }
  for (const box of holder.querySelectorAll("input[data-course]")) {
    shown[box.dataset.course] = box.checked;
    box.addEventListener("change", () => {
      shown[box.dataset.course] = box.checked;
      later();
    });
  }
  holder.hidden = false;
  const still = document.getElementById("activity-still");
  if (still) still.hidden = true;
  window.addEventListener("resize", later);
  if (window.matchMedia) window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", later);
  draw();
})();
