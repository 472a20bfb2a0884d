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

/**
 * VS Code and marimo listen for keys around the widget: Enter would edit the cell, Delete delete it. Keys with Ctrl, Alt
 * or Meta are theirs (save, commands), and so is an Escape that closes nothing in here: it leads back to the cell.
 */
function keepKeys(event: KeyboardEvent): void {
  const { key, ctrlKey, altKey, metaKey, target } = event;
  const leaves = key === "Escape" && target instanceof Element && target.closest("dialog") === null;
  if (!ctrlKey && !altKey && !metaKey && !leaves && !/^F\d+$/.test(key)) event.stopPropagation();
}

/**
 * Enter and other keys that end or change a composition (Japanese, Chinese, Korean) are the input method's: they confirm
 * no question and choose no row. Safari tells of the last one by its code only.
 */
function leaveToInputMethod(event: KeyboardEvent): void {
  if (event.isComposing || event.keyCode === 229) event.stopPropagation();
}

function render({ model: host, el }: { model: HostModel; el: HTMLElement }): () => void {
  const model = new ViewModel(host);
  el.classList.add("csw");
  el.addEventListener("focusin", markFocused);
  el.addEventListener("keydown", leaveToInputMethod, true);
  el.addEventListener("keydown", keepKeys);
  mount(<Root model={model} />, el);
  return () => {
    mount(null, el);
    el.removeEventListener("focusin", markFocused);
    el.removeEventListener("keydown", leaveToInputMethod, true);
    el.removeEventListener("keydown", keepKeys);
    model.close();
  };
}

export default { render };
