// The controls that filter and sort the list of instances.
import type { InstanceBrief } from "../messages/instances";
import { countByGroup, type Filters, GROUPS, type Group, ORDERS, type Order } from "../state/instances";
import { Icon } from "../ui/icons";
import { Select } from "../ui/Select";

interface FilterProps {
  rows: InstanceBrief[];
  filters: Filters;
  onChange: (filters: Filters) => void;
}

export function FilterBar({ rows, filters, onChange }: FilterProps) {
  const change = (part: Partial<Filters>) => onChange({ ...filters, ...part });
  const count = countByGroup(rows);
  const groups = (Object.keys(GROUPS) as Group[]).filter((group) => group === "all" || count[group] > 0);
  return (
    <div class="csw-filters">
      <label class="csw-list-search">
        <span class="csw-hidden">Search instances</span>
        <Icon name="search" />
        <input
          class="csw-input"
          type="search"
          value={filters.text}
          placeholder="Name or user"
          onInput={(event) => change({ text: event.currentTarget.value })}
        />
      </label>
      <Select
        aria-label="Status"
        value={filters.group}
        options={[...new Set([...groups, filters.group])].map((group) => [
          group,
          `${GROUPS[group].title} (${count[group]})`,
        ])}
        onInput={(group) => change({ group })}
      />
      <Select
        aria-label="Sort by"
        value={filters.order}
        options={Object.entries(ORDERS).map(([order, title]) => [order as Order, `By ${title.toLowerCase()}`])}
        onInput={(order) => change({ order })}
      />
      {rows.some((row) => !row.mine) || filters.mine ? (
        <label class="csw-check csw-mine">
          <input
            type="checkbox"
            checked={filters.mine}
            onInput={(event) => change({ mine: event.currentTarget.checked })}
          />
          <span>Only mine</span>
        </label>
      ) : null}
    </div>
  );
}
