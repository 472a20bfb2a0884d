// The months, the day and the time zone that the preview shows, with their data.
import { useEffect, useMemo, useReducer, useState } from "preact/hooks";
import { monthOf } from "../state/calendar";
import { serverNow } from "../state/clock";
import { type OutlookState, OutlookStore } from "../state/outlook";
import { initialZone, zonesToOffer } from "../state/zoneChoice";
import { browserZone, dateIn } from "../state/zones";
import { useForm } from "./form";

export interface OutlookView extends OutlookState {
  zone: string;
  zones: string[];
  /** The first day of the first month that is shown. */
  month: string;
  day: string | null;
  setZone: (zone: string) => void;
  setMonth: (month: string) => void;
  setDay: (day: string | null) => void;
}

export function useOutlook(): OutlookView {
  const { store, model, draft } = useForm();
  const outlook = useMemo(() => new OutlookStore(model), [model]);
  const [, render] = useReducer((count: number) => count + 1, 0);
  const [chosen, setZone] = useState<string | null>(null);
  const [shown, setMonth] = useState<string | null>(null);
  const [day, setDay] = useState<string | null>(null);
  const zones = zonesToOffer(draft, browserZone());
  const zone = chosen !== null && zones.includes(chosen) ? chosen : initialZone(draft, browserZone());
  const month = shown ?? monthOf(dateIn(serverNow(), zone));
  const { review } = store.state;
  useEffect(() => outlook.subscribe(() => render(undefined)), [outlook]);
  useEffect(() => {
    if (review !== null) void outlook.load({ data: store.data, month, zone, day });
  }, [outlook, store, review, month, zone, day]);
  return { ...outlook.state, zone, zones, month, day, setZone, setMonth, setDay };
}
