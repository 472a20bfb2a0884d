// The switches for the format of times, which apply to all tables of the page.
import { setTimeFormat, useTimeFormat } from "../state/timeFormat";
import { browserZone } from "../state/zones";
import { CheckBox } from "./fields";

export function TimeFormatSwitch() {
  const { utc, relative } = useTimeFormat();
  const browser = browserZone();
  return (
    <div class="csw-foot csw-times csw-muted">
      <span>Times are in {utc ? "UTC" : browser}.</span>
      {browser === "UTC" ? null : (
        <CheckBox label="Show UTC" checked={utc} onInput={(checked) => setTimeFormat({ utc: checked })} />
      )}
      <CheckBox
        label="Relative to now"
        checked={relative}
        onInput={(checked) => setTimeFormat({ relative: checked })}
      />
    </div>
  );
}
