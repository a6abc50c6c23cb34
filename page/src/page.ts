import uPlot from "uplot"; document.body.append(String(uPlot.fmtDate("{YYYY}")));
