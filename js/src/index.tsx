// The one ES module of all the widgets: anywidget calls `render` for each view of a model.
import { render as mount } from "preact";
import { components } from "./components";
import { ErrorPanel } from "./components/ErrorPanel";
import { type HostModel, ViewModel } from "./model";
import "./styles.css";

function Root({ model }: { model: ViewModel }) {
  const kind = String(model.get("_kind"));
  const Component = components.get(kind);
  if (Component === undefined) {
    return (
      <ErrorPanel
        title={`This page cannot show a widget of the kind "${kind}".`}
        message="The page and the Python package differ in version. Save, reload the page and restart the kernel."
      />
    );
  }
  return <Component model={model} />;
}

/**
 * JupyterLab's shortcuts (arrows that change cells, letters that cut them) are not for keys pressed in here. It looks for
 * this mark from the focused element outwards and stops at the first shortcut that fits one of the elements: the mark
 * must be on the focused element itself.
 */
function markFocused({ target }: FocusEvent): void {
  if (target instanceof HTMLElement || target instanceof SVGElement) target.dataset.lmSuppressShortcuts = "true";
}

function render({ model: host, el }: { model: HostModel; el: HTMLElement }): () => void {
  const model = new ViewModel(host);
  el.classList.add("csw");
  el.addEventListener("focusin", markFocused);
  mount(<Root model={model} />, el);
  return () => {
    mount(null, el);
    el.removeEventListener("focusin", markFocused);
    model.close();
  };
}

export default { render };
