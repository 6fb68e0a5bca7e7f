"""One module for each kind of question. A check reads evidence and gives one `credroot.core.report.Check`."""
