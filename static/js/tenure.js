// Everything here only makes pages quicker to use; each of them works without it.
import "./calendar.js";
import "./dialogs.js";
import "./filters.js";
import "./folds.js";
import "./keyboard.js";
import "./menus.js";
import "./palette.js";
import "./rows.js";
import "./scrolling.js";
import "./small.js";
import "./tables.js";
import "./timeline.js";
import "./touchpoints.js";
import "./why.js";
