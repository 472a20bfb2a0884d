// The icons, inlined so that nothing has to be loaded. Each is beside or inside a labelled element.
const PATHS = {
  up: "M4 10l4-4 4 4",
  down: "M4 6l4 4 4-4",
  right: "M6 4l4 4-4 4",
  left: "M10 4l-4 4 4 4",
  plus: "M8 3v10M3 8h10",
  close: "M4 4l8 8M12 4l-8 8",
  grip: "M6 4h.01M10 4h.01M6 8h.01M10 8h.01M6 12h.01M10 12h.01",
  trash: "M3 4.5h10M6.5 4.5V3h3v1.5M4.5 4.5l.6 8.5h5.8l.6-8.5M6.8 7v3.5M9.2 7v3.5",
  undo: "M4 6.5h6a3 3 0 0 1 0 6H7M6.5 3.5l-3 3 3 3",
  copy: "M6 6h7v7H6zM3 10V3h7",
  play: "M5 3.5l7 4.5-7 4.5z",
  pause: "M5.5 4v8M10.5 4v8",
  stop: "M4.5 4.5h7v7h-7z",
  search: "M7 3a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM10 10l3.5 3.5",
  clock: "M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11zM8 5v3.2l2 1.3",
  download: "M8 2.5v7.5M4.5 7L8 10.5 11.5 7M3 13h10",
  menu: "M3 4.5h10M3 8h10M3 11.5h10",
  list: "M6 4.5h7M6 8h7M6 11.5h7M3 4.5h.01M3 8h.01M3 11.5h.01",
  resume: "M4 3.5v9M7 3.5l6 4.5-6 4.5z",
  retry: "M12.5 5.5A5 5 0 1 0 13 9M12.8 2.5v3.2H9.6",
  lines: "M3 4h10M3 8h10M3 12h6",
  history: "M3 8a5 5 0 1 1 1.6 3.7M3 4.5V8h3.4M8 5.5V8l1.8 1.2",
  edit: "M3 13l.6-2.8L10.8 3l2.2 2.2-7.2 7.2z",
  service: "M3 3h10v4H3zM3 9h10v4H3zM5.5 5h.01M5.5 11h.01",
  notebook: "M4 2.5h8.5v11H4zM6.5 2.5v11M3 5.5h1M3 8h1M3 10.5h1",
  bolt: "M9 2L4 9h3.5L7 14l5-7H8.5z",
} as const;

type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="csw-icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path
        d={PATHS[name]}
        fill="none"
        stroke="currentColor"
        stroke-width="1.5"
        stroke-linecap="round"
        stroke-linejoin="round"
      />
    </svg>
  );
}
