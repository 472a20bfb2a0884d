// A named part of a widget. It is a group and no landmark: landmarks need unique names, and a page may have several
// widgets.
import type { HTMLAttributes } from "preact";

type GroupProps = HTMLAttributes<HTMLDivElement> & { label: string; "data-item"?: string };

export function Group({ label, ...rest }: GroupProps) {
  // biome-ignore lint/a11y/useSemanticElements: no set of fields
  return <div {...rest} role="group" aria-label={label} />;
}
