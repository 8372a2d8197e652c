import time
from dataclasses import replace
from marketplace.storage.store import open_store
from marketplace.services.ports import ArrivedOffer
from marketplace.domain.offer import OfferState, NodeAnswer
from tests.marketplace.market import open_market, RESULT_KEYS
from tests.marketplace.builders import an_offer, consent_id
from tests.marketplace.mpc_node.people import POLICY, person
from tests.marketplace.mpc_node.orders import EXACT
def test_perf(tmp_path, database_url):
    store=open_store(database_url)
    m=open_market(store)
    N=4000
    t=time.time()
    with store.writing() as books:
        for i in range(1,N+1):
            o=an_offer(i)
            o=replace(o,policy=POLICY,public={"school_type":person(i).values["school_type"]},state=OfferState.ACTIVE,inputs_digest="A"*43)
            books.offers.add(ArrivedOffer(o,"x","d",{}))
            m.nodes.people[consent_id(i)]=person(i)
    print("insert",time.time()-t)
    b=m.buyer(cents=100_000_000)
    import cProfile,pstats
    for k in range(2):
        pr=cProfile.Profile(); pr.enable(); m.services.make_quote(b.account_id,EXACT); pr.disable(); k and pstats.Stats(pr).sort_stats("cumtime").print_stats(28)
    t=time.time(); o=m.order(b); print("order",time.time()-t)
    while True:
        t=time.time(); r=m.turn(); print("turn",r,time.time()-t)
        if not r: break
    print(m.services.read_order(b.account_id,o.order_id).state)
    t=time.time(); m.services.fetch_result(b.account_id,o.order_id); print("fetch",time.time()-t)
    pr=cProfile.Profile(); pr.enable(); m.services.confirm_result(b.account_id,o.order_id); pr.disable(); pstats.Stats(pr).sort_stats("cumtime").print_stats(35)
    t=time.time(); m.services.trial_balance(); print("trial",time.time()-t)
    t=time.time(); m.services.show_catalogue(); print("catalogue",time.time()-t)
    t=time.time(); m.services.read_log.entry(77); print("proof",time.time()-t)
    store.database.close()
