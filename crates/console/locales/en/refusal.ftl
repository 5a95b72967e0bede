# Why there is no page.
refusal-onward = Go on
refusal-ask = Ask one of these: { $people }.
refusal-request = Request { $id }; the log has the rest.
refusal-not-found = There is nothing here
refusal-not-found-text = The address is wrong, the thing is gone, or it belongs to a workspace that is not yours.
refusal-forbidden = Your role does not include this
refusal-forbidden-text = As { $role } you may not open this page or make this change.
refusal-forged = The form could not be accepted
refusal-forged-text = It was too old, or it came from another site. Nothing was changed. Go back, load the page again, and send it once more.
refusal-setup = This link is not the one
refusal-setup-text = The link to set up Postrider is printed where it was started. It changes with each start.
refusal-fault = This did not work
refusal-fault-text = The fault is ours. Nothing was sent; what was being changed is either done or not begun.
refusal-busy = Not at this moment
refusal-busy-text = The database does not answer, or too much is asked at once. Try again in a few seconds.
