"""The registry office on screen: an officer signs in, issues a record, finds it again, takes it back.

Every page works without scripts, on the shared design (`ssi.hosting.design`). The forms are made from the
data sets, so a new data set needs no new page. Nobody reads values here: once a record is issued, its page
tells where it stands, not what it says.
"""
