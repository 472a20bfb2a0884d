// A named part of a widget. No landmark, as a section with a name is: each of those needs a name that no other has, and
// there may be several widgets on a page.
import type { HTMLAttributes } from "preact";

type GroupProps = HTMLAttributes<HTMLDivElement> & { label: string; "data-item"?: string };

export function Group({ label, ...rest }: GroupProps) {
  // biome-ignore lint/a11y/useSemanticElements: no set of fields
  return <div {...rest} role="group" aria-label={label} />;
}
