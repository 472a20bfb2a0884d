// The field for a schedule's time zone: a combobox that finds zones by any part of their names.
import { useRef, useState } from "preact/hooks";
import { serverNow } from "../state/clock";
import type { RuleDraft } from "../state/draft";
import { browserZone, findZones, utcOffset, wallClock } from "../state/zones";
import { Field, useUid } from "../ui/fields";
import { type EditorProps, useForm } from "./form";

/** The zones to offer first: the user's, UTC, and those of other items. */
function firstZones(zones: readonly string[]): string[] {
  return [...new Set([browserZone(), "UTC", ...zones.filter((zone) => wallClock(0, zone) !== null)])];
}

/** The state of the combobox: whether it is open, what it offers, and what keys do. */
function useZoneList({ value, path, onChange }: EditorProps<RuleDraft>) {
  const { draft } = useForm();
  const [open, setOpen] = useState(false);
  const [search, setSearch] = useState("");
  const [active, setActive] = useState(-1);
  const known = draft.schedules.map((item) => item.recurrence.timezone);
  const zones = open ? findZones(search, firstZones(known)) : [];
  const close = () => setOpen(false);
  const show = (text: string) => {
    setSearch(text);
    setActive(text === "" ? -1 : 0);
    setOpen(true);
  };
  const choose = (zone: string | undefined) => {
    if (zone !== undefined) onChange({ ...value, timezone: zone }, `${path}.timezone`);
    close();
  };
  const move = (by: 1 | -1) => (open ? setActive(wrapAround(active, by, zones.length)) : show(""));
  const onKeyDown = (event: KeyboardEvent) => {
    // Tab selects the active option and moves the focus on as usual.
    if (event.key === "Tab" && open) choose(search === "" ? undefined : zones[active]);
    const act = { ArrowDown: () => move(1), ArrowUp: () => move(-1) }[event.key];
    const inList = { Escape: close, Enter: () => choose(zones[active]) }[event.key];
    if (act === undefined && (inList === undefined || !open)) return;
    event.preventDefault();
    event.stopPropagation(); // keeps Escape from closing what is around the form
    (act ?? inList)?.();
  };
  return { open, zones, active, show, choose, close, onKeyDown };
}

export function ZoneField(props: EditorProps<RuleDraft>) {
  const { value, path, onChange } = props;
  const form = useForm();
  const list = useUid();
  const { open, zones, active, show, choose, close, onKeyDown } = useZoneList(props);
  const field = `${path}.timezone`;
  return (
    <Field
      label="Time zone"
      {...form.notes(field)}
      hint={value.kind === "interval" ? "Only for showing times: an interval is elapsed time." : undefined}
    >
      {(attributes) => (
        <div class="csw-combobox">
          <input
            {...attributes}
            class="csw-input"
            role="combobox"
            aria-expanded={open}
            aria-controls={list}
            aria-autocomplete="list"
            aria-activedescendant={open && active >= 0 ? `${list}-${active}` : undefined}
            value={value.timezone}
            placeholder="UTC"
            autocomplete="off"
            spellcheck={false}
            onFocus={(event) => event.currentTarget.select()}
            onClick={() => show("")}
            onInput={(event) => {
              onChange({ ...value, timezone: event.currentTarget.value });
              show(event.currentTarget.value);
            }}
            onKeyDown={onKeyDown}
            onBlur={() => {
              close();
              form.store.leaveField(field);
            }}
          />
          {open && zones.length === 0 ? <p class="csw-options csw-zone-none">No time zone has this name.</p> : null}
          <ZoneList
            id={list}
            open={zones.length > 0}
            zones={zones}
            active={active}
            chosen={value.timezone}
            onChoose={choose}
          />
        </div>
      )}
    </Field>
  );
}

/** The next index, wrapping around; -1 if nothing is active. */
function wrapAround(from: number, by: number, count: number): number {
  if (count === 0) return -1;
  return from < 0 ? (by > 0 ? 0 : count - 1) : (from + by + count) % count;
}

interface ListProps {
  id: string;
  open: boolean;
  zones: readonly string[];
  active: number;
  chosen: string;
  onChoose: (zone: string) => void;
}

function ZoneList({ id, open, zones, active, chosen, onChoose }: ListProps) {
  const now = useRef(0);
  if (open) now.current ||= serverNow();
  else now.current = 0;
  return (
    <div id={id} role="listbox" aria-label="Matching zones" class="csw-options" hidden={!open}>
      {zones.map((zone, index) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the combobox has the keys
        <div
          key={zone}
          id={`${id}-${index}`}
          ref={(element) => {
            if (index === active) element?.scrollIntoView({ block: "nearest" });
          }}
          role="option"
          aria-selected={index === active}
          tabIndex={-1}
          class={zone === chosen ? "csw-zone-option csw-chosen" : "csw-zone-option"}
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => onChoose(zone)}
        >
          <span>{zone.replaceAll("_", " ")}</span>
          <span class="csw-muted">
            {wallClock(now.current, zone)?.time.slice(0, 5)} · {utcOffset(now.current, zone)}
          </span>
        </div>
      ))}
    </div>
  );
}
