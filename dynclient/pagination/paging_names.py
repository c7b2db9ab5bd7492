"""The names that APIs give what pages a list, folded: in lower case, without punctuation."""

from __future__ import annotations

import re

_NOT_WORD = re.compile(r"[\W_]+")


def fold_name(name: str) -> str:
    """Return a name for comparison: `page[size]`, `page_size` and `pageSize` are one."""
    return _NOT_WORD.sub("", name.lower())


def _list_words(text: str) -> frozenset[str]:
    return frozenset(text.split())


#: In a call: how many items a page may have.
PAGE_SIZES = _list_words(
    "pagesize limit perpage size maxresults top count pagelimit itemsperpage maxitems"
    " resultsperpage rows take max num maxrecords pagelength recordsperpage first"
    " maxcount batchsize maxpagesize pagesizelimit numresults n results maxresultcount"
)
#: In a call: how many items come before the page.
OFFSETS = _list_words(
    "skip offset startindex startat pageoffset firstresult startposition skipcount"
)
#: The same, but words with other meanings too.
WEAK_OFFSETS = _list_words("start from")
#: In a call: the number of the page.
PAGE_NUMBERS = _list_words("page pagenumber pageno pagenum currentpage pageindex")
#: In a call: where the page begins, as the result before said it.
CURSORS = _list_words(
    "cursor after startingafter pagetoken nexttoken nextpagetoken continuationtoken continuation"
    " continue marker pagecursor nextcursor pageafter startcursor scrollid bookmark"
    " exclusivestartkey paginationtoken pagestate position startkey skiptoken aftercursor"
    " nextpage next startafter nextmarker cursorid pagemarker startingtoken nextpagepointer"
)
#: The same: the identity of the last item of the page before.
LAST_IDENTITIES = _list_words("startingafter startafter afterid")

#: In a result: whether there is another page.
HAS_MORE = _list_words(
    "hasmore hasnext more hasnextpage morefollows hasmoreitems hasmoreresults moreavailable"
    " istruncated hasmorepages"
)
#: In a result: how many items there are in all.
TOTALS = _list_words(
    "total totalcount totalitems totalresults totalresultsize totalelements totalrecords totalsize"
    " totalhits itemstotal totalmatches fullcount totalentries totalrows numfound"
)
#: In a result: how many pages there are.
PAGE_COUNTS = _list_words("totalpages pagecount pages pagestotal numpages lastpage totalpagecount")
#: In a result: the next cursor.
NEXT_CURSORS = _list_words(
    "nextcursor nextpagetoken nexttoken endcursor continuationtoken nextcontinuationtoken"
    " nextmarker nextpagecursor bookmark scrollid continue lastevaluatedkey nextpagekey aftercursor"
    " nextstart cursornext nextscrollid nextpagestate nextid lastid nextpagepointer"
)
#: The same, where a parameter of the call is a cursor; a name alone would not say enough.
WEAK_NEXT_CURSORS = _list_words("next cursor after nextpage marker pagetoken nextoffset")
#: In a result: the next page as a number.
NEXT_NUMBERS = _list_words("nextpage nextpagenumber nextoffset nextskip nextstart next")
#: In a result: the next link.
NEXT_LINKS = _list_words(
    "nextlink odatanextlink nexturl nexturi nextpageurl nextpageuri nextpagelink nexthref"
    " nextrecordsurl nextpath"
)
#: The same, where a schema or the object that holds it says that it is one.
WEAK_NEXT_LINKS = _list_words("next nextpage")
LINK_MEMBERS = _list_words("href url uri")
LINK_ARRAYS = _list_words("links link")
LINK_OBJECTS = _list_words("links")

#: In a result: objects that say something of the page.
PAGE_OBJECTS = _list_words(
    "meta metadata pagination paging page pages pageinfo pageinformation paginginfo links"
    " responsemetadata cursor cursors next info resultinfo paginator searchmetadata listmeta"
    " responseinfo paginationinfo pagingresult pagingmetadata pagemetadata paginationmetadata"
    " resultset listinfo paginate"
)
#: In a result: objects that hold the whole answer.
WRAPPERS = _list_words("data result results response body payload embedded list")

#: In a result: the array of items.
ITEMS = ("data", "items", "results", "values", "value", "content", "entries", "records", "list")
#: In a result: arrays that are beside the items.
OTHER_ARRAYS = _list_words(
    "errors warnings links link messages included facets aggregations notices fields columns sort"
    " sorts filters notifications errormessages meta metadata responsemetadata"
)
