// Keys for operators' pages. The markup says what there is: data-key="a" names
// the key of an element, data-row marks the links of a list. A key only moves the
// focus, or follows a link: what changes a record is sent by Enter, because it
// cannot be taken back. While somebody types no key acts.
(() => {
  "use strict";
  const typing = (el) =>
    el.isContentEditable || /^(TEXTAREA|SELECT)$/.test(el.tagName) || (el.tagName === "INPUT" && !/^(radio|checkbox|button|submit)$/.test(el.type));
  const rows = [...document.querySelectorAll("[data-row]")];
  const help = document.querySelector("[data-keys]");

  function move(by) {
    if (rows.length === 0) return false;
    const here = rows.findIndex((row) => row.closest("tr").contains(document.activeElement));
    const next = here < 0 ? (by > 0 ? 0 : rows.length - 1) : Math.min(Math.max(here + by, 0), rows.length - 1);
    rows[next].focus();
    rows[next].scrollIntoView({ block: "nearest" });
    return true;
  }

  function tick() {
    const row = document.activeElement.closest("tr");
    const box = row && row.querySelector("input[type=checkbox]");
    if (!box) return false;
    box.click();
    return true;
  }

  function act(key) {
    const el = document.querySelector(`[data-key="${key}"]`);
    if (!el) return false;
    if (el.tagName === "A") {
      el.click();
      return true;
    }
    const box = el.closest("details");
    if (box) box.open = true;
    if (el.type === "radio") el.checked = true;
    el.focus();
    el.scrollIntoView({ block: "nearest" });
    return true;
  }

  function pressed(key) {
    switch (key) {
      case "j":
        return move(1);
      case "k":
        return move(-1);
      case "x":
        return tick();
      case "?":
        if (!help) return false;
        help.open = !help.open;
        help.querySelector("summary").focus();
        return true;
      default:
        return /^[a-z1-9]$/.test(key) && act(key);
    }
  }

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || (event.repeat && !/^[jk]$/.test(event.key)) || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape" && typing(event.target)) {
      event.target.blur();
      return;
    }
    if (!typing(event.target) && pressed(event.key)) event.preventDefault();
  });
  if (help) help.hidden = false;
})();
