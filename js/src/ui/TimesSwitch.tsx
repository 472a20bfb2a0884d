// How times are shown: one choice for all tables of the page.
import { zone } from "../state/format";
import { setTimes, useTimes } from "../state/times";
import { CheckBox } from "./fields";

export function TimesSwitch() {
  const { utc, relative } = useTimes();
  const own = zone();
  return (
    <div class="csw-foot csw-times csw-muted">
      <span>Times are in {utc ? "UTC" : own}.</span>
      {own === "UTC" ? null : (
        <CheckBox label="Show UTC" checked={utc} onInput={(checked) => setTimes({ utc: checked })} />
      )}
      <CheckBox label="Relative to now" checked={relative} onInput={(checked) => setTimes({ relative: checked })} />
    </div>
  );
}
